import MLSMessages
import RuleBook

/// Components and what is left of MLS: F-24 to F-27.
extension PolicyJudge {
    func judge(
        _ item: RoomChange.Item, in change: RoomChange, by actor: Actor, _ role: Role
    ) throws(Refusal) {
        if case .component(let id) = item, !ComponentRegistry.mayRemove(id),
            change.before.components[id] != nil, change.after.components[id] == nil
        {
            // H-26
            try deny(item, actor)
        }
        switch item {
        case .component(.participantList): break
        case .component(.roomMetadata): try checkMetadata(change, role)
        case .component(.rolesList):
            try require(.changePolicy, role, has: .canChangeRoleDefinitions, item.name)
        case .component(.preauthList):
            try require(.changePolicy, role, has: .canChangePreauthorizedUserList, item.name)
        case .component(.baseRoomPolicy):
            try require(.changePolicy, role, has: .canChangeRoomMembershipStyle, item.name)
        case .component(.operationalPolicy):
            try require(.defaultDeny, role, has: .canChangeMLSOperationalPolicies, item.name)
        case .component(.frankingAgent):
            try require(.defaultDeny, role, has: .canChangeOtherPolicyAttribute, item.name)
            // H-25: set once; another one takes a ReInit.
            let old = change.before.components[.frankingAgent]
            if old != nil, old != change.after.components[.frankingAgent] { try deny(item, actor) }
        case .component:
            try require(.defaultDeny, role, has: .canChangeOtherPolicyAttribute, item.name)
        case .reInit:
            try require(.endGroup, role, has: .canSendMLSReInitProposal, item.name)
        case .update, .psk:
            // Those of the group's own members, and of joiners.
            if case .external = actor.kind { try deny(item, actor) }
        case .ephemeral(.appAck): break
        case .groupContextExtensions(let isRequired):
            // H-27: a member may do what B-9 demands, the hub more.
            let isHub = actor.kind == .external(isHub: true)
            if !isHub, !isRequired || actor.kind != .member { try deny(item, actor) }
        case .ephemeral, .other:
            try deny(item, actor)
        }
    }

    /// F-24: each field that changes has a capability of its own.
    private func checkMetadata(_ change: RoomChange, _ role: Role) throws(Refusal) {
        let old = change.before.metadata ?? RoomMetadata(uri: room)
        let new = change.after.metadata ?? RoomMetadata(uri: room)
        let fields: [(Bool, Capability)] = [
            (old.name != new.name, .canChangeRoomName),
            (old.descriptions != new.descriptions, .canChangeRoomDescription),
            (old.avatar != new.avatar, .canChangeRoomAvatar),
            (old.subject != new.subject, .canChangeRoomSubject),
            (old.mood != new.mood, .canChangeRoomMood),
        ]
        for (changes, capability) in fields where changes {
            try require(.changeMetadata, role, has: capability, "room metadata")
        }
    }

    /// F-27: what the operational policy closes to those who are not members.
    func checkOperationalPolicy(_ policy: RoomPolicy, _ actor: Actor) throws(Refusal) {
        guard let operational = policy.operational else { return }
        let isAllowed =
            switch actor.kind {
            case .member: true
            case .joiner: operational.allowsExternalCommits
            case .applicant, .external: operational.allowsExternalProposals
            }
        try rules.require(
            .defaultDeny, isAllowed, "update by \(actor.name)",
            expected: "what the operational policy allows",
            found: actor.kind == .joiner ? "an external commit" : "an external proposal")
    }

    /// F-27
    private func deny(_ item: RoomChange.Item, _ actor: Actor) throws(Refusal) {
        try rules.require(
            .defaultDeny, false, item.name, expected: "what a capability or rule allows",
            found: "one by \(actor.name)")
    }
}
