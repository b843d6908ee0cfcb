import MLSCrypto
import PresentationLanguage

/// The policy file (C2SP tlog-policy, "Policy file syntax and structure"). Words stand between spaces and
/// tabs; empty lines and those that begin with `#` are passed over.
///
/// ```
/// log <vkey> [<url>]
/// witness <name> <vkey> [<url>]
/// group <name> all|any|<k> <name>…
/// quorum <name>|none                     exactly once
/// ```
///
/// Log keys have signature type 0x01, witness keys 0x04. Names stand for what a line above defines, and
/// each is a member of at most one group.
extension TrustPolicy {
    /// Logs, witnesses and groups, each.
    package static let countLimit = 100
    private static let sizeLimit = 1 << 20

    package init(parsing bytes: [UInt8]) throws(TextError) {
        var file = PolicyFile()
        guard bytes.count <= Self.sizeLimit else { throw file.refusal("at most 1 MiB of text") }
        guard bytes.last ?? newline == newline else { throw file.refusal("a newline at the end") }
        for line in bytes.split(separator: newline, omittingEmptySubsequences: false).dropLast() {
            guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == tab }) else {
                throw file.refusal("no control characters")
            }
            let words = line.split { $0 == space || $0 == tab }
            if let first = words.first, first.first != UInt8(ascii: "#") {
                try file.take(first, words[1...])
            }
            file.line += 1
        }
        guard let quorum = file.quorum else { throw file.refusal("a quorum line") }
        self.init(logs: file.logs, witnesses: file.witnesses, quorum: quorum)
    }
}

private let newline = UInt8(ascii: "\n")
private let tab = UInt8(ascii: "\t")
private let space = UInt8(ascii: " ")

/// What the lines read so far define.
private struct PolicyFile {
    typealias Word = ArraySlice<UInt8>

    var line = 1
    var logs: [VerifierKey] = []
    var witnesses: [VerifierKey] = []
    var quorum: TrustPolicy.Quorum?
    private var groups = 0
    private var named: [Word: TrustPolicy.Quorum] = [:]
    private var members: Set<Word> = []
    private var logKeys: Set<Digest32> = []
    private var witnessKeys: Set<Digest32> = []

    func refusal(_ expected: StaticName) -> TextError {
        TextError(line: line, expected: expected)
    }

    mutating func take(_ keyword: Word, _ words: ArraySlice<Word>) throws(TextError) {
        switch String(decoding: keyword, as: UTF8.self) {
        case "log": try takeLog(words)
        case "witness": try takeWitness(words)
        case "group": try takeGroup(words)
        case "quorum": try takeQuorum(words)
        default: throw refusal("log, witness, group or quorum")
        }
    }

    private mutating func takeLog(_ words: ArraySlice<Word>) throws(TextError) {
        guard let text = words.first, words.count <= 2, let key = try? VerifierKey(parsing: text),
            key.type == .ed25519
        else { throw refusal("a log's key and an optional URL") }
        guard logKeys.insert(key.publicKey).inserted else {
            throw refusal("a key that no log above has")
        }
        guard logs.count < TrustPolicy.countLimit else { throw refusal("at most 100 logs") }
        logs.append(key)
    }

    private mutating func takeWitness(_ words: ArraySlice<Word>) throws(TextError) {
        guard let name = words.first, (2...3).contains(words.count),
            let key = try? VerifierKey(parsing: words[words.startIndex + 1]),
            key.type == .cosignature
        else { throw refusal("a witness' name, its key and an optional URL") }
        guard witnessKeys.insert(key.publicKey).inserted else {
            throw refusal("a key that no witness above has")
        }
        guard witnesses.count < TrustPolicy.countLimit else {
            throw refusal("at most 100 witnesses")
        }
        witnesses.append(key)
        try define(name, as: .witness(key))
    }

    private mutating func takeGroup(_ words: ArraySlice<Word>) throws(TextError) {
        guard words.count >= 3 else { throw refusal("a group's name, threshold and members") }
        let name = words[words.startIndex]
        var parts: [TrustPolicy.Quorum] = []
        for member in words.dropFirst(2) {
            guard let part = named[member], members.insert(member).inserted else {
                throw refusal("members that lines above define, each in no other group")
            }
            parts.append(part)
        }
        let text = words[words.startIndex + 1]
        let threshold: UInt64? =
            switch String(decoding: text, as: UTF8.self) {
            case "all": UInt64(parts.count)
            case "any": 1
            default: decimal(text)
            }
        guard let threshold, 1 <= threshold, threshold <= parts.count else {
            throw refusal("all, any, or a number from 1 to that of the members")
        }
        guard groups < TrustPolicy.countLimit else { throw refusal("at most 100 groups") }
        groups += 1
        try define(name, as: .group(threshold: Int(threshold), members: parts))
    }

    private mutating func takeQuorum(_ words: ArraySlice<Word>) throws(TextError) {
        guard let name = words.first, words.count == 1 else { throw refusal("one name") }
        guard quorum == nil else { throw refusal("one quorum line only") }
        quorum = name.elementsEqual("none".utf8) ? TrustPolicy.Quorum.none : named[name]
        guard quorum != nil else { throw refusal("none, or a name that a line above defines") }
    }

    private mutating func define(
        _ name: Word, as meaning: TrustPolicy.Quorum
    ) throws(TextError) {
        guard !name.elementsEqual("none".utf8), named.updateValue(meaning, forKey: name) == nil
        else { throw refusal("a name that no line above defines") }
    }
}
