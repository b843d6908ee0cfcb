import MLSMessages
import PresentationLanguage
import RoomPolicy
import RuleBook
import TestSupport

extension FuzzTarget {
    /// Components of a room's policy: one, one with updates, and two whole policies with the change
    /// between them. The first byte says which.
    package static let components = FuzzTarget(name: "components") {
        try ComponentInput.seeds()
    } run: { (input) throws(FuzzFinding) in
        guard let first = input.first else { return false }
        let rest = Array(input.dropFirst())
        switch first % 3 {
        case 0: return try ComponentInput.one(rest)
        case 1: return try ComponentInput.updated(rest)
        default: return try ComponentInput.change(rest)
        }
    }
}

private enum ComponentInput {
    private static let registry = ComponentRegistry()

    static func seeds() throws -> [[UInt8]] {
        let before = Clubhouse.Founding()
        var after = before
        after.participants += [("bob", 2), ("cathy", 1)]
        let dictionaries = [before, after].map {
            $0.extensions.first { $0.type == .appDataDictionary }?.data ?? []
        }
        var seeds: [[UInt8]] = []
        var writer = Writer()
        writer.write(opaqueList: dictionaries)
        seeds.append([2] + writer.bytes)
        for component in try AppDataDictionary(parsing: dictionaries[1]).byComponent {
            seeds.append([0] + component.key.encoded + component.value)
            writer = Writer()
            writer.write(opaqueList: [component.value])
            seeds.append([1] + component.key.encoded + writer.bytes)
        }
        let update = ParticipantListUpdate(
            changed: [.init(place: 1, role: 3)], removed: [0],
            added: [UserRolePair(Clubhouse.user("dave"), role: 2)])
        let list = ParticipantList([
            UserRolePair(Clubhouse.user("alice"), role: 3),
            UserRolePair(Clubhouse.user("bob"), role: 2),
        ])
        writer = Writer()
        writer.write(opaqueList: [list.encoded, update.encoded])
        seeds.append([1] + ComponentID.participantList.encoded + writer.bytes)
        return seeds
    }

    /// uint16 component; opaque data[…];
    static func one(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        guard let (component, data) = split(input) else { return false }
        guard registry.accepts(data, of: component) == true else { return false }
        try FuzzFinding.unless(
            registry.accepts(data + [0], of: component) == false,
            "\(component) is taken with a trailing byte")
        return true
    }

    /// uint16 component; opaque data_and_updates<V><V>;
    static func updated(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        guard let (component, rest) = split(input), let parts = list(rest), let data = parts.first,
            registry.accepts(data, of: component) == true,
            let result = registry.updating(component, data, with: Array(parts.dropFirst()))
        else { return false }
        try FuzzFinding.unless(
            registry.accepts(result, of: component) == true,
            "\(component) becomes what it can't be")
        return true
    }

    /// opaque dictionaries<V><V>;                     // before and after
    static func change(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        guard let parts = list(input), parts.count == 2, let before = policy(parts[0]),
            let after = policy(parts[1])
        else { return false }
        let dictionary = try? AppDataDictionary(parsing: parts[0])
        try FuzzFinding.unless(
            before.dictionary.byComponent == dictionary?.byComponent,
            "a policy holds other components than it was read from")
        let leaves = LeafCounts([:])
        let change = RoomChange(from: before, to: after, leaves: leaves, then: leaves)
        let judge = PolicyJudge(room: Clubhouse.uri.bytes)
        for pair in before.participants.participants.prefix(4) {
            let actor = Actor(.member, user: pair.user, credential: .basic(identity: pair.user))
            _ = try? judge.judge(change, by: actor)
        }
        return (try? judge.judge(founding: before, leaves)) != nil
    }

    private static func policy(_ bytes: [UInt8]) -> RoomPolicy? {
        guard let dictionary = try? AppDataDictionary(parsing: bytes) else { return nil }
        return try? RoomPolicy(dictionary.byComponent, registry)
    }

    private static func split(_ input: [UInt8]) -> (ComponentID, [UInt8])? {
        guard input.count >= 2 else { return nil }
        return (ComponentID(UInt16(input[0]) << 8 | UInt16(input[1])), Array(input.dropFirst(2)))
    }

    private static func list(_ bytes: [UInt8]) -> [[UInt8]]? {
        var reader = try? Reader(bytes.span.bytes)
        let list = try? reader?.readOpaqueList()
        return reader?.remaining == 0 ? list : nil
    }
}
