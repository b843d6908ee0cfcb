import ArgumentParser
import EventLog
import LMDBStore
import TransparencyLog

struct CheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Signs the log as it is now, and prints the checkpoint (C2SP tlog-checkpoint).",
        discussion: """
            What was signed last is kept in the anchor, a file beside the store. A log that is behind it, \
            or of another history, is not signed. Without --key the newest checkpoint is printed.
            """)

    @OptionGroup var options: StoreOptions

    @Option(help: "The file of the log's private key.")
    var key: String?

    @Option(help: "The anchor; default: the path of the store with .anchor behind it.")
    var anchor: String?

    func run() async throws {
        guard let key else {
            let log = try options.openLog(.readOnly)
            guard let newest = try? log.latestCheckpoint() else {
                throw Failure("the store has no checkpoint")
            }
            return try emitText(newest.note)
        }
        let signer = try readSignerKey(key)
        let log = try options.openLog(.readWrite)
        let anchor = anchor.map { Anchor(path: $0) } ?? .beside(store: options.path)
        do {
            let signed = try await log.signCheckpoint(
                with: signer, anchor: anchor, at: secondsNow())
            await log.close()
            try emitText(signed.encoded)
        } catch let error as AnchorError {
            throw Failure("\(error)")
        }
    }
}

struct Prove: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows that a record is in the log, or that an older log is the beginning of it.",
        discussion: """
            For a record: a receipt (C2SP tlog-proof) under the newest checkpoint. Its entry is \
            "MHS1" and the envelope's hash, which show prints. With --from, the hashes of a consistency \
            proof (RFC 9162 §2.1.4), one in a line.
            """)

    @OptionGroup var store: ProofStore

    @Argument(help: "The record.")
    var record: UInt64?

    @Option(help: "Records of the older log.")
    var from: UInt64?

    @Option(help: "Records of the newer log; default: those of the newest checkpoint.")
    var to: UInt64?

    func validate() throws {
        guard (record == nil) != (from == nil) else {
            throw ValidationError("name a record, or --from SIZE")
        }
    }

    func run() throws {
        let log = try openLog(store.store, .readOnly)
        let newest = try? log.latestCheckpoint()
        if let record {
            guard let newest, let signed = try? SignedCheckpoint(parsing: newest.note) else {
                throw Failure("the store has no checkpoint; hubstore checkpoint signs one")
            }
            guard let proof = try? log.inclusionProof(of: record, inTreeOf: newest.size) else {
                throw Failure("record \(record) is not among the \(newest.size) of the checkpoint")
            }
            try emitText(LogProof(inclusion: proof, signed: signed).encoded)
        } else if let from {
            guard let size = to ?? newest?.size else {
                throw Failure("the store has no checkpoint; --to names a size")
            }
            guard let proof = try? log.consistencyProof(from: from, to: size) else {
                throw Failure("there is no log of \(from) records that became one of \(size)")
            }
            for hash in proof.hashes { try emit(hash.base64) }
        }
    }
}

/// A store, where there are other arguments.
struct ProofStore: ParsableArguments {
    @Option(help: "The directory of the store.")
    var store: String
}

extension StoreOptions {
    func openLog(_ access: Access) throws -> EventLog { try hubstore.openLog(path, access) }
}

/// Prints a text that ends with a newline.
func emitText(_ text: [UInt8]) throws {
    try emit(String(decoding: text.dropLast(), as: UTF8.self))
}
