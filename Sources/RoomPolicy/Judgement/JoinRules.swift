import MLSMessages
import RuleBook

/// Users who put themselves on the list: F-14, F-15, F-17, each tried by itself (H-45).
extension PolicyJudge {
    func checkJoin(
        _ user: [UInt8], _ target: UInt32, _ change: RoomChange, _ actor: Actor
    ) throws(Refusal) {
        let item = "join of \(text(user)) as role \(target)"
        try rules.require(
            .openJoin, actor.kind == .joiner, item, expected: "an external commit",
            found: "another way in")
        if (try? checkPreauthorized(target, change, actor, item)) != nil { return }
        if (try? checkCode(target, change, actor, item)) != nil { return }
        do {
            try checkOpen(target, change, item)
        } catch {
            // The way that the joiner meant says why.
            if actor.codeRole != nil { try checkCode(target, change, actor, item) }
            if change.before.preauthorizedRole(of: actor.credential, matchers) != nil {
                try checkPreauthorized(target, change, actor, item)
            }
            throw error
        }
    }

    /// F-14
    private func checkOpen(
        _ target: UInt32, _ change: RoomChange, _ item: String
    ) throws(Refusal) {
        let nobody = change.before.role(Role.nobody)
        try require(.openJoin, nobody, has: .canOpenJoin, item)
        try require(.openJoin, nobody, mayChange: Role.nobody, to: target, item)
    }

    /// F-15: the capability is that of the role which preauthorization gives.
    private func checkPreauthorized(
        _ target: UInt32, _ change: RoomChange, _ actor: Actor, _ item: String
    ) throws(Refusal) {
        let preauthorized = change.before.preauthorizedRole(of: actor.credential, matchers)
        try rules.require(
            .preauthorizedJoin, preauthorized == target, item,
            expected: "the role that preauthorization gives",
            found: preauthorized.map { "role \($0)" } ?? "no preauthorization")
        try require(
            .preauthorizedJoin, change.before.role(target), has: .canJoinIfPreauthorized, item)
    }

    /// F-17: role 0's changes count where it has any from role 0 (H-11).
    private func checkCode(
        _ target: UInt32, _ change: RoomChange, _ actor: Actor, _ item: String
    ) throws(Refusal) {
        try rules.require(
            .joinCode, actor.codeRole == target, item, expected: "a join code for that role",
            found: actor.codeRole.map { "one for role \($0)" } ?? "none")
        let nobody = change.before.role(Role.nobody)
        try rules.require(
            .joinCode,
            change.before.role(target).has(.canUseJoinCode) || nobody.has(.canUseJoinCode),
            item, expected: Capability.canUseJoinCode.name, found: "a role without it")
        guard nobody.changes.contains(where: { $0.from == Role.nobody }) else { return }
        try require(.joinCode, nobody, mayChange: Role.nobody, to: target, item)
    }
}
