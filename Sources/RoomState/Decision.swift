import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RuleBook

/// The answer to an input: the events that it causes, or why it is refused.
package enum Decision: Sendable {
    case accepted([RoomEvent])
    case rejected(Refusal)

    /// The events of an accepted input; throws the refusal of another.
    package var events: [RoomEvent] {
        get throws(Refusal) {
            switch self {
            case .accepted(let events): return events
            case .rejected(let refusal): throw refusal
            }
        }
    }

    /// The events of `body`, or its refusal.
    init(_ body: () throws(Refusal) -> [RoomEvent]) {
        do {
            self = .accepted(try body())
        } catch {
            self = .rejected(error)
        }
    }
}

extension RoomState {
    /// Decides whether a room may start with a group.
    package static func decide(_ genesis: GroupGenesis, _ profile: GroupProfile) -> Decision {
        Decision { () throws(Refusal) in
            let groupInfo = try readGroupInfo(genesis.groupInfo, profile)
            var tree: RatchetTreeNodes?
            if let bytes = genesis.tree { tree = try readTree(bytes, profile) }
            let group = try PublicGroup(importing: groupInfo, tree: tree, profile)
            return [.groupImported(GroupImported(groupInfo, tree: group.tree.exchanged))]
        }
    }

    /// Decides about a proposal or a commit. `now` is in milliseconds since the Unix epoch; nil
    /// leaves out lifetimes. The state is not changed: that is for ``apply(_:_:)`` with the events of
    /// an accepted input.
    package func decide(
        _ input: GroupHandshake, now: UInt64?, _ profile: GroupProfile
    ) -> Decision {
        Decision { () throws(Refusal) in
            let message = try PublicGroup.read(input.message, profile)
            let handshake = try group.authenticate(message, profile)
            switch handshake.content.content.body {
            case .proposal:
                try Self.checkNoCompanions(of: input)
                // A proposal that waits already is not queued again.
                let reference = handshake.content.proposalReference(group.suite.hash)
                if group.pending[reference] != nil { return [] }
                return [.proposalQueued(try group.judge(proposal: handshake, now: now, profile))]
            case .commit:
                let companions = try Self.companions(of: input, profile)
                let proposals = try group.proposals(of: handshake, now: now, profile)
                return [
                    .commitAccepted(try group.stage(handshake, proposals, companions, profile))
                ]
            case .application:
                // D-2 keeps these out.
                return []
            }
        }
    }

    /// Welcome, GroupInfo and tree belong to commits.
    private static func checkNoCompanions(of input: GroupHandshake) throws(Refusal) {
        for (rule, name, companion) in [
            (Rule.welcome, "Welcome", input.welcome), (.groupInfo, "GroupInfo", input.groupInfo),
            (.suppliedTree, "tree", input.tree),
        ] where companion != nil {
            throw Refusal(rule, "proposal", expected: "no \(name)", found: "one")
        }
    }

    private static func companions(
        of input: GroupHandshake, _ profile: GroupProfile
    ) throws(Refusal) -> CommitCompanions {
        var companions = CommitCompanions()
        if let bytes = input.welcome {
            guard case .welcome(let welcome) = try PublicGroup.read(bytes, profile) else {
                throw Refusal(
                    .welcome, "welcome", expected: "an MLSMessage with a Welcome",
                    found: "another wire format")
            }
            companions.welcome = welcome
        }
        if let bytes = input.groupInfo {
            companions.groupInfo = .full(try readGroupInfo(bytes, profile))
        }
        if let bytes = input.tree {
            companions.tree = .full(try readTree(bytes, profile))
        }
        return companions
    }

    private static func readGroupInfo(
        _ bytes: [UInt8], _ profile: GroupProfile
    ) throws(Refusal) -> GroupInfo {
        guard case .groupInfo(let groupInfo) = try PublicGroup.read(bytes, profile) else {
            throw Refusal(
                .groupInfo, "group_info", expected: "an MLSMessage with a GroupInfo",
                found: "another wire format")
        }
        return groupInfo
    }

    private static func readTree(
        _ bytes: [UInt8], _ profile: GroupProfile
    ) throws(Refusal) -> RatchetTreeNodes {
        do {
            return try RatchetTreeNodes(parsing: bytes)
        } catch {
            throw Refusal(
                .canonicalEncoding, "ratchet tree", expected: "optional<Node> ratchet_tree<V>",
                found: error.description)
        }
    }
}
