import MLSMessages
import RuleBook

/// Decides whether someone may change a room (section F). It reads nothing but its own parts.
///
/// The parts of a change are judged against the role that the actor had before it (F-4); its end
/// state as a whole must then be one that the room may be in.
package struct PolicyJudge: Sendable {
    /// The room's URI.
    package let room: [UInt8]
    package let envelope: PolicyEnvelope
    package let matchers: [CredentialType: any ClaimMatcher]
    /// The participants of rooms that may be the parent, by their URIs (B-13).
    package let parents: [[UInt8]: ParticipantList]
    package let profile: WireProfile
    let rules: Enforcement

    package init(
        room: [UInt8], envelope: PolicyEnvelope = PolicyEnvelope(),
        matchers: [CredentialType: any ClaimMatcher] = [:],
        parents: [[UInt8]: ParticipantList] = [:],
        profile: WireProfile = WireProfile(), _ rules: Enforcement = .complete
    ) {
        self.room = room
        self.envelope = envelope
        self.matchers = matchers
        self.parents = parents
        self.profile = profile
        self.rules = rules
    }

    /// Refuses a change that the actor may not make, or that leads where the room must not be.
    package func judge(_ change: RoomChange, by actor: Actor) throws(Refusal) {
        try checkOperationalPolicy(change.before, actor)
        let role = role(of: actor, in: change.before)
        for user in change.users {
            let intent = try Intent(change, user, actor, rules)
            try judge(intent, of: user, in: change, by: actor, role)
        }
        for item in change.items { try judge(item, in: change, by: actor, role) }
        try judge(end: change)
        // What changes nothing takes no capability, but stands in the way of what does (E-11, E-12).
        try rules.require(
            .intent, !change.isIdle, "participant list", expected: "changes of roles",
            found: "none")
    }

    /// A room that starts: only its end state is judged, not who makes it (B-10).
    package func judge(
        founding policy: RoomPolicy, _ leaves: LeafCounts
    ) throws(Refusal) {
        let empty = RoomChange(from: policy, to: policy, leaves: leaves, then: leaves)
        try policy.check(room: room, rules)
        try envelope.check(policy, rules)
        try checkSize(empty)
        try checkParent(empty, isNew: true)
    }

    /// F-0: the role in the room as it was, or what someone who is not on the list is.
    func role(of actor: Actor, in policy: RoomPolicy) -> Role {
        if let user = actor.user, policy.participants.contains(user) {
            return policy.role(of: user)
        }
        if case .external = actor.kind,
            let preauthorized = policy.preauthorizedRole(of: actor.credential, matchers)
        {
            return policy.role(preauthorized)
        }
        return policy.role(Role.nobody)
    }

    private func judge(
        _ intent: Intent, of user: [UInt8], in change: RoomChange, by actor: Actor, _ role: Role
    ) throws(Refusal) {
        switch intent {
        case .add(let target): try checkAdd(user, target, change, actor, role)
        case .join(let target): try checkJoin(user, target, change, actor)
        case .remove(let from): try checkRemove(user, from, role)
        case .leave: try checkLeave(user, role)
        case .ban(let from): try checkBan(user, from, change, role)
        case .unban(let target): try checkUnban(user, target, change, role)
        case .changeRole(let from, let target): try checkRoleChange(user, from, target, role)
        case .changeOwnRole(_, let target):
            try checkOwnRoleChange(user, target, change, actor, role)
        case .addOwnClient: try checkAddOwnClient(user, role)
        case .removeOwnClient: try checkRemoveOwnClient(user, role)
        case .replaceOwnClient:
            try checkAddOwnClient(user, role)
            try checkRemoveOwnClient(user, role)
        case .kick: try checkKick(user, role)
        }
    }

    /// What the room is afterwards, whoever made it so.
    package func judge(end change: RoomChange) throws(Refusal) {
        let isSamePolicy = change.after.components == change.before.components
        // No size or bound is missed by more than before, which is all that they ask.
        if isSamePolicy, change.leavesAfter == change.leavesBefore { return }
        if !isSamePolicy {
            try change.after.check(room: room, rules)
            try envelope.check(change.after, rules)
            try checkFixedMembership(change)
            try checkParent(
                change, isNew: change.before.base.parentRooms != change.after.base.parentRooms)
        }
        try checkSize(change)
        try checkBounds(change)
    }

    func require(
        _ rule: Rule, _ role: Role, has capability: Capability, _ item: @autoclosure () -> String
    ) throws(Refusal) {
        try rules.require(
            rule, role.has(capability), item(), expected: "\(capability.name)",
            found: "role \(role.index) without it")
    }

    func require(
        _ rule: Rule, _ role: Role, mayChange from: UInt32, to target: UInt32,
        _ item: @autoclosure () -> String
    ) throws(Refusal) {
        try rules.require(
            rule, role.mayChange(from: from, to: target), item(),
            expected: "a change that role \(role.index) may make",
            found: "from role \(from) to \(target)")
    }
}
