import MLSCrypto

/// A checkpoint as a log publishes it, with the signatures of the log and of witnesses; none of them
/// verified. ``TrustPolicy`` verifies them.
package struct SignedCheckpoint: Hashable, Sendable {
    package let checkpoint: Checkpoint
    package private(set) var signatures: [NoteSignature]

    /// A checkpoint that nobody signed so far.
    package init(_ checkpoint: Checkpoint) {
        self.checkpoint = checkpoint
        signatures = []
    }

    package init(parsing bytes: [UInt8]) throws(TextError) {
        var reader = try LineReader(bytes)
        try self.init(from: &reader)
    }

    /// All lines that are left.
    init(from reader: inout LineReader) throws(TextError) {
        let firstLine = reader.line
        let note = try SignedNote(from: &reader)
        var text = try LineReader(note.text, firstLine: firstLine)
        checkpoint = try Checkpoint(from: &text)
        signatures = note.signatures
    }

    package var note: SignedNote { SignedNote(text: checkpoint.text, signatures: signatures) }
    package var encoded: [UInt8] { note.encoded }

    /// Signs the checkpoint; takes the place of an earlier signature of the same key.
    ///
    /// - Parameter time: as for ``SignerKey/sign(_:at:)``.
    package mutating func sign(with key: SignerKey, at time: UInt64) throws(CryptoError) {
        replace(with: try key.sign(checkpoint.text, at: time))
    }

    /// Takes over those signatures of a witness' answer that are of known keys.
    package mutating func add(
        _ answer: [NoteSignature], by witnesses: [VerifierKey]
    ) throws(SignedNote.Refusal) {
        let note = SignedNote(text: checkpoint.text, signatures: answer)
        for (_, signature) in try note.signatures(by: witnesses) { replace(with: signature) }
    }

    private mutating func replace(with signature: NoteSignature) {
        signatures.removeAll { $0.name == signature.name && $0.keyID == signature.keyID }
        signatures.append(signature)
    }
}
