import FoundationEssentials

/// Reading transcripts: unknown keys are errors, except those that only inform a reader.
extension TranscriptFile: Decodable {
    private enum Keys: String, CodingKey {
        case format, scenarios
    }

    package init(from decoder: any Decoder) throws {
        // Other keys at the top level are informative.
        let object = try decoder.container(keyedBy: Keys.self)
        let format = try object.decode(String.self, forKey: .format)
        guard format == Self.format else {
            throw TranscriptError(
                "is \"\(format)\", not \"\(Self.format)\"", at: object.codingPath + [Keys.format])
        }
        scenarios = try object.decode([TranscriptScenario].self, forKey: .scenarios)
    }
}

extension TranscriptScenario: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case name, description, initial, steps
        case cipherSuite = "cipher_suite"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(keyedBy: Keys.self)
        name = try object.decode(String.self, forKey: .name)
        cipherSuite = try object.decode(UInt16.self, forKey: .cipherSuite)
        initial = try object.decode(Initial.self, forKey: .initial)
        steps = try object.decode([Step].self, forKey: .steps)
    }
}

extension TranscriptScenario.Initial: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case expect
        case groupInfo = "group_info"
        case ratchetTree = "ratchet_tree"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(keyedBy: Keys.self)
        groupInfo = try object.decode(HexBytes.self, forKey: .groupInfo).bytes
        ratchetTree = try object.decodeIfPresent(HexBytes.self, forKey: .ratchetTree)?.bytes
        expect = try object.decode(Expectation.self, forKey: .expect)
    }
}

extension TranscriptScenario.Step: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case kind, message, welcome, expect
        case groupInfoAfter = "group_info_after"
        case ratchetTreeAfter = "ratchet_tree_after"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(keyedBy: Keys.self)
        message = try object.decode(HexBytes.self, forKey: .message).bytes
        welcome = try object.decodeIfPresent(HexBytes.self, forKey: .welcome)?.bytes
        groupInfoAfter = try object.decodeIfPresent(HexBytes.self, forKey: .groupInfoAfter)?.bytes
        ratchetTreeAfter =
            try object.decodeIfPresent(HexBytes.self, forKey: .ratchetTreeAfter)?.bytes
        expect = try object.decode(Expectation.self, forKey: .expect)
    }
}

extension Expectation: Decodable {
    private enum Keys: String, CodingKey, CaseIterable {
        case accepted, epoch
        case mayDefer = "may_defer"
        case treeHash = "tree_hash"
        case confirmedTranscriptHash = "confirmed_transcript_hash"
        case interimTranscriptHash = "interim_transcript_hash"
        case groupContext = "group_context"
        case leafCount = "n_leaves"
        case memberIdentities = "member_identities"
        case proposalReference = "proposal_ref"
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.strictContainer(keyedBy: Keys.self)
        func hex(_ key: Keys) throws -> [UInt8]? {
            try object.decodeIfPresent(HexBytes.self, forKey: key)?.bytes
        }
        accepted = try object.decode(Bool.self, forKey: .accepted)
        mayDefer = try object.decodeIfPresent(Bool.self, forKey: .mayDefer) ?? false
        epoch = try object.decodeIfPresent(UInt64.self, forKey: .epoch)
        treeHash = try hex(.treeHash)
        confirmedTranscriptHash = try hex(.confirmedTranscriptHash)
        interimTranscriptHash = try hex(.interimTranscriptHash)
        groupContext = try hex(.groupContext)
        leafCount = try object.decodeIfPresent(Int.self, forKey: .leafCount)
        memberIdentities = try object.decodeIfPresent([HexBytes?].self, forKey: .memberIdentities)?
            .map { $0?.bytes }
        proposalReference = try hex(.proposalReference)
    }
}

extension Decoder {
    /// Keys that carry nothing to check.
    private func isInformative(_ key: String) -> Bool {
        let names: Set = [
            "info", "note", "advisory", "why", "rule", "strictness", "hub_cannot_detect",
            "why_members_refuse", "reinit", "verified_by", "unmerged_entries",
        ]
        return names.contains(key) || key.hasPrefix("mlspp")
    }

    /// An object that has no other keys than these and the informative ones.
    fileprivate func strictContainer<Keys: CodingKey & CaseIterable>(
        keyedBy type: Keys.Type
    ) throws -> KeyedDecodingContainer<Keys> {
        let known = Set(Keys.allCases.map(\.stringValue))
        for key in try container(keyedBy: AnyKey.self).allKeys
        where !known.contains(key.stringValue) && !isInformative(key.stringValue) {
            throw TranscriptError("unknown key \"\(key.stringValue)\"", at: codingPath)
        }
        return try container(keyedBy: type)
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
