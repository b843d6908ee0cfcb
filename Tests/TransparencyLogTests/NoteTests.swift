import MLSCrypto
import Testing
import TransparencyLog

@Suite struct NoteTests {
    // MARK: Keys

    @Test(arguments: Published.keys + [Published.verifier, Published.logKey])
    func publishedKeysAreReadAndWritten(text: String) throws {
        let key = try VerifierKey(text)
        #expect(key.text == text)
        let again = VerifierKey(name: key.name, type: key.type, publicKey: key.publicKey)
        #expect(again == key)
    }

    @Test func thePublishedSignerIsOfItsVerifier() throws {
        let signer = try SignerKey(parsing: Published.signer.utf8)
        #expect(signer.text == Published.signer)
        #expect(signer.verifier.text == Published.verifier)
    }

    /// As Go's own tests: no key text stays valid if any byte is another.
    @Test func everyByteOfAKeyTextCounts() throws {
        for place in Published.verifier.utf8.indices {
            let text = Published.verifier.replacingByte(at: place)
            #expect(throws: KeyTextError.self) { try VerifierKey(parsing: text) }
        }
        for place in Published.signer.utf8.indices {
            let text = Published.signer.replacingByte(at: place)
            #expect(throws: KeyTextError.self) { try SignerKey(parsing: text) }
        }
    }

    @Test(arguments: [
        ("", KeyTextError.malformed),
        ("PeterNeumann", .malformed),
        ("PeterNeumann+c74f20a3", .malformed),
        ("PeterNeumann+c74f20a3+", .malformed),
        ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .malformed),
        ("PeterNeumann+0c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .malformed),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .malformed),
        ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .wrongKeyID),
        ("PaulNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .wrongKeyID),
        ("PeterNeumann+c74f20a3+Bhpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", .unknownType(6)),
        ("rekor.sigstore.dev+12345678+AwEB", .unknownType(3)),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAA==", .malformed),
    ])
    func otherTextsAreNoKeys(text: String, error: KeyTextError) {
        #expect(throws: error) { try VerifierKey(text) }
    }

    @Test func aSignerNamesItsOwnKey() throws {
        let text = Published.signer.replacing("c74f20a3", with: "c74f20a4")
        #expect(throws: KeyTextError.wrongKeyID) { try SignerKey(parsing: text.utf8) }
        #expect(throws: KeyTextError.malformed) { try SignerKey(parsing: Published.verifier.utf8) }
    }

    @Test func namesAreComparedByTheirBytes() throws {
        let composed = try #require(NoteLine("caf\u{e9}"))
        let decomposed = try #require(NoteLine("cafe\u{301}"))
        #expect(composed != decomposed)
        for name in ["", "a\nb", "a\tb", "a\u{1}"] { #expect(NoteLine(name) == nil) }
        #expect(NoteLine([0xff]) == nil)
        for name in ["a b", "a+b", "a\u{a0}b", "a\u{2003}b", "a\u{85}b"] {
            #expect(NoteLine(name)?.isKeyName == false)
        }
    }

    // MARK: Notes

    @Test func thePublishedNoteIsSignedAgainByteForByte() throws {
        let note = try SignedNote(parsing: Array(Published.note.utf8))
        #expect(note.encoded == Array(Published.note.utf8))
        let key = try VerifierKey(Published.verifier)
        #expect(try note.signatures(by: [key]).map(\.key) == [key])
        let signer = try SignerKey(parsing: Published.signer.utf8)
        #expect(try signer.sign(note.text, at: 0) == note.signatures[0])
    }

    @Test func othersSignaturesArePassedOver() throws {
        let note = try SignedNote(parsing: Array(Published.twiceSigned.utf8))
        #expect(note.signatures.count == 2)
        let key = try VerifierKey(Published.verifier)
        #expect(try note.signatures(by: [key]).count == 1)
        let stranger = try VerifierKey(Published.logKey)
        #expect(throws: SignedNote.Refusal.unsigned) { try note.signatures(by: [stranger]) }
        #expect(throws: SignedNote.Refusal.unsigned) { try note.signatures(by: []) }
    }

    @Test func everyBitOfTextAndSignatureCounts() throws {
        let key = try VerifierKey(Published.verifier)
        let whole = Array(Published.note.utf8)
        #expect(try SignedNote(parsing: whole).signatures(by: [key]).count == 1)
        for place in whole.indices {
            for bit in 0..<8 {
                var bytes = whole
                bytes[place] ^= 1 << bit
                #expect(throws: (any Error).self) {
                    try SignedNote(parsing: bytes).signatures(by: [key])
                }
            }
        }
    }

    @Test func oneBadSignatureOfAKnownKeySpoilsTheNote() throws {
        let key = try VerifierKey(Published.verifier)
        let signature = try SignedNote(parsing: Array(Published.note.utf8)).signatures[0]
        let forged = signature.line.replacing("/ZJkuBS9", with: "/ZJkuBS8")
        let note = try SignedNote(parsing: Array((Published.note + forged).utf8))
        #expect(
            throws: SignedNote.Refusal.invalidSignature(
                name: key.name, keyID: key.keyID)
        ) { try note.signatures(by: [key]) }
    }

    @Test(arguments: [
        ("", 1), ("text\n", 1), ("text\n\n", 3), ("text", 1),
        ("text\n\n— a AAAAAAE=", 1),
        ("text\n— a AAAAAAE=\n", 1),
        ("text\n\n— a AAAAAA==\n", 3),
        ("text\n\n— a AAAAAAE\n", 3),
        ("text\n\n— a AAAAAAF=\n", 3),
        ("text\n\n— a\n", 3),
        ("text\n\n— AAAAAAE=\n", 3),
        ("text\n\n—  AAAAAAE=\n", 3),
        ("text\n\n— a+b AAAAAAE=\n", 3),
        ("text\n\n— a\u{2003}b AAAAAAE=\n", 3),
        ("text\n\n- a AAAAAAE=\n", 3),
        ("text\n\n— a AAAAAAE= \n", 3),
        ("text\n\n— a  AAAAAAE=\n", 3),
        ("text\n\n— a AAAAAAE=\nmore\n", 4),
        ("text\r\n\n— a AAAAAAE=\n", 1),
        ("te\u{0}xt\n\n— a AAAAAAE=\n", 1),
    ])
    func otherTextsAreNoNotes(text: String, line: Int) {
        let error = #expect(throws: TextError.self) {
            try SignedNote(parsing: Array(text.utf8))
        }
        #expect(error?.line == line, "\(error?.description ?? "")")
    }

    @Test func textsMayHaveEmptyLines() throws {
        for text in ["\n", "\n\n", "a\n\nb\n", "— a AAAAAAE=\n\n"] {
            let note = try SignedNote(parsing: Array((text + "\n— a AAAAAAE=\n").utf8))
            #expect(note.text == Array(text.utf8))
            #expect(note.signatures.count == 1)
        }
    }

    @Test func notesHaveLimits() throws {
        let line = "— a AAAAAAE=\n"
        let full = "text\n\n" + String(repeating: line, count: 100)
        #expect(try SignedNote(parsing: Array(full.utf8)).signatures.count == 100)
        #expect(throws: TextError.self) { try SignedNote(parsing: Array((full + line).utf8)) }
        let end = "\n\n" + line
        let long = Array(repeating: UInt8(ascii: "a"), count: 1 << 20 - end.utf8.count)
        #expect(try SignedNote(parsing: long + Array(end.utf8)).signatures.count == 1)
        #expect(throws: TextError.self) {
            try SignedNote(parsing: long + Array(("a" + end).utf8))
        }
        #expect(throws: TextError.self) {
            try SignedNote(parsing: [0xff] + Array(Published.note.utf8))
        }
    }
}

extension String {
    /// The bytes with one bit of the byte at a place turned.
    func replacingByte(at place: String.Index) -> [UInt8] {
        var bytes = Array(utf8)
        bytes[utf8.distance(from: utf8.startIndex, to: place)] ^= 1
        return bytes
    }
}
