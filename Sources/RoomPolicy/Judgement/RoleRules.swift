import MLSMessages
import RuleBook

/// Users whose role changes: F-18, F-19, F-21, F-22.
extension PolicyJudge {
    /// F-18; of someone who is not on the list, canAddParticipant does as well (H-9).
    func checkBan(
        _ user: [UInt8], _ from: UInt32, _ change: RoomChange, _ role: Role
    ) throws(Refusal) {
        let item = "ban of \(text(user))"
        if from != Role.nobody || !role.has(.canAddParticipant) {
            try require(.ban, role, has: .canBan, item)
        }
        try require(.ban, role, mayChange: from, to: Role.banned, item)
        try checkBannedRole(.ban, change, item)
    }

    /// F-19
    func checkUnban(
        _ user: [UInt8], _ target: UInt32, _ change: RoomChange, _ role: Role
    ) throws(Refusal) {
        let item = "unban of \(text(user))"
        try require(.unban, role, has: .canUnban, item)
        try require(.unban, role, mayChange: Role.banned, to: target, item)
        try checkBannedRole(.unban, change, item)
    }

    private func checkBannedRole(
        _ rule: Rule, _ change: RoomChange, _ item: String
    ) throws(Refusal) {
        try rules.require(
            rule, change.before.roles.hasBannedRole, item, expected: "role 1 named \"banned\"",
            found: change.before.roles[Role.banned]?.name.description ?? "none")
    }

    /// F-21
    func checkRoleChange(
        _ user: [UInt8], _ from: UInt32, _ target: UInt32, _ role: Role
    ) throws(Refusal) {
        let item = "role of \(text(user))"
        try require(.changeUserRole, role, has: .canChangeUserRole, item)
        try require(.changeUserRole, role, mayChange: from, to: target, item)
    }

    /// F-22: what a role may change does not count.
    func checkOwnRoleChange(
        _ user: [UInt8], _ target: UInt32, _ change: RoomChange, _ actor: Actor, _ role: Role
    ) throws(Refusal) {
        let item = "own role of \(text(user))"
        try require(.changeOwnRole, role, has: .canChangeOwnRole, item)
        let preauthorized = change.before.preauthorizedRole(
            of: actor.credential, matchers, orNobody: false)
        try rules.require(
            .changeOwnRole, preauthorized == target, item,
            expected: "the role that preauthorization gives",
            found: preauthorized.map { "role \($0)" } ?? "no preauthorization")
    }
}
