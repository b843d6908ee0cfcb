import MLSCrypto
import Testing
import TransparencyLog

/// A change to one file of a directory that is verified without it.
struct Damage: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let file: String
    let change: @Sendable (inout [UInt8]) -> Void
    /// What the checkers that look there say.
    let complaints: [Checker: String]

    private init(
        _ what: String, in file: String, _ complaints: [Checker: String],
        change: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
        testDescription = what
        self.file = file
        self.complaints = complaints
        self.change = change
    }

    /// Turns the lowest bit of a byte that stands so far from the start, or from the end if negative.
    private init(
        _ what: String, at place: Int, in file: String, _ complaints: [Checker: String]
    ) {
        self.init(what, in: file, complaints) {
            $0[place < 0 ? $0.count + place : place] ^= 1
        }
    }

    private init(
        _ what: String, _ old: String, by new: String, in file: String,
        _ complaints: [Checker: String]
    ) {
        self.init(what, in: file, complaints) {
            let text = String(decoding: $0, as: UTF8.self)
            $0 = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
        }
    }

    static let all = checkpoints + tiles + entries + proofs

    private static let signature: [Checker: String] = [
        .go: "invalid signature", .pymerkle: "openssl does not verify the signature",
    ]
    private static let root: [Checker: String] = [
        .go: "checkpoint: the root of 600 entries is",
        .pymerkle: "the root is not that of the entries",
    ]
    private static let hashes: [Checker: String] = [
        .go: "not the hashes of the entries", .pymerkle: "does not have the hashes of the entries",
    ]

    private static let checkpoints = [
        Damage("origin", at: 0, in: "checkpoint", signature),
        Damage("size", "\n600\n", by: "\n599\n", in: "checkpoint", signature),
        Damage("root", at: 30, in: "checkpoint", signature),
        Damage("signature", at: -20, in: "checkpoint", signature),
        Damage("another root, well signed", in: "checkpoint", root) {
            $0 = ExportedLog.signed(TreeHead(size: 600, root: .zero)).encoded
        },
        Damage("an earlier signature", at: -20, in: "proof/300.checkpoint", signature),
        Damage(
            "an earlier root, well signed", in: "proof/300.checkpoint",
            [.go: "invalid transparency proof", .pymerkle: "Prior state does not match"]
        ) { $0 = ExportedLog.signed(TreeHead(size: 300, root: .zero)).encoded },
    ]

    private static let tiles = [
        Damage("a leaf hash", at: 100, in: "tile/0/000", hashes),
        Damage("a hash of a partial tile", at: -1, in: "tile/0/002.p/88", hashes),
        Damage("a hash of level 1", at: 0, in: "tile/1/000.p/2", hashes),
        Damage("a tile cut off", in: "tile/0/001", hashes) { $0.removeLast(32) },
    ]

    private static let entries = [
        Damage("an entry", at: 1000, in: "tile/entries/001", root),
        Damage(
            "an entry's length", at: 1, in: "tile/entries/001",
            [.go: "is cut off", .pymerkle: "an entry is cut off"]),
        Damage("two entries exchanged", in: "tile/entries/000", root) {
            $0 = Array($0[38..<76] + $0[..<38] + $0[76...])
        },
        Damage(
            "an entry too many", in: "tile/entries/002.p/88",
            [.go: "2 bytes left over", .pymerkle: "bytes left over after the entries"]
        ) { $0 += [0, 0] },
    ]

    private static let receipt = "proof/299.tlog-proof"
    private static let request = "proof/300-600.add-checkpoint"

    private static let proofs = [
        Damage(
            "a hash of a receipt", at: 50, in: receipt,
            [.go: "invalid transparency proof", .pymerkle: "State does not match"]),
        Damage(
            "the index of a receipt", "index 299", by: "index 298", in: receipt,
            [.go: "is of index \"298\"", .pymerkle: "unexpected lines"]),
        Damage("the signature of a receipt", at: -20, in: receipt, signature),
        // pymerkle has a form of its own for proofs of consistency.
        Damage(
            "a hash of a consistency proof", at: 20, in: request,
            [.go: "invalid transparency proof"]),
        Damage(
            "the old size", "old 300", by: "old 299", in: request,
            [.go: "is of sizes 299 and 600", .pymerkle: "unexpected sizes"]),
        Damage("the signature over a consistency proof", at: -20, in: request, signature),
    ]
}
