import ArgumentParser
import EventLog
import FoundationEssentials
import LMDBStore
import MLSCrypto
import TransparencyLog

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Makes a key that signs checkpoints, and prints its verifier key.")

    @Argument(help: "The name: of a log's key the origin of the log, of a witness any name.")
    var name: String

    @Option(help: "Where the private key goes; nothing may be there.")
    var out: String

    @Flag(help: "A key that cosigns, of a witness.")
    var witness = false

    func run() throws {
        let key: SignerKey?
        do {
            guard let seed = Digest32(try SecureRandom.bytes(32)), let name = NoteLine(name) else {
                throw Failure("no key can be named \(name)")
            }
            key = try SignerKey(name: name, type: witness ? .cosignature : .ed25519, seed: seed)
        } catch let error as CryptoError {
            throw Failure("\(error)")
        }
        guard let key else { throw Failure("no key can be named \(name)") }
        do {
            try FileSystem.makeFile(at: out) { (file) throws(StoreError) in
                try file.write(Array("\(key.text)\n".utf8))
            }
        } catch {
            throw Failure("\(out): \(error)")
        }
        try emit(key.verifier.text)
    }
}

/// A private key in a file.
func readSignerKey(_ path: String) throws -> SignerKey {
    let text = try readInput(path) { Array($0) }
    guard let key = try? SignerKey(parsing: text.trimmingNewline) else {
        throw Failure("\(path) holds no private key")
    }
    return key
}

/// A verifier key, as an argument or in a file.
func readVerifierKey(_ argument: String) throws -> VerifierKey {
    if let key = try? VerifierKey(parsing: argument.utf8) { return key }
    let text = try readInput(argument) { Array($0) }
    guard let key = try? VerifierKey(parsing: text.trimmingNewline) else {
        throw Failure("\(argument) is no verifier key")
    }
    return key
}

/// Seconds since 1970-01-01 UTC.
func secondsNow() -> UInt64 { UInt64(max(Date().timeIntervalSince1970, 0)) }

extension [UInt8] {
    fileprivate var trimmingNewline: ArraySlice<UInt8> {
        last == UInt8(ascii: "\n") ? dropLast() : self[...]
    }
}
