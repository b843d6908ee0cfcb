import MLSMessages
import RuleBook

/// Users and clients that come and go: F-10 to F-13, F-16, F-20.
extension PolicyJudge {
    /// F-10
    func checkAdd(
        _ user: [UInt8], _ target: UInt32, _ change: RoomChange, _ actor: Actor, _ role: Role
    ) throws(Refusal) {
        try require(.addParticipant, role, has: .canAddParticipant, "add \(text(user))")
        try require(
            .addParticipant, role, mayChange: Role.nobody, to: target, "add \(text(user))")
    }

    /// F-11
    func checkRemove(_ user: [UInt8], _ from: UInt32, _ role: Role) throws(Refusal) {
        try require(.removeParticipant, role, has: .canRemoveParticipant, "remove \(text(user))")
        try require(
            .removeParticipant, role, mayChange: from, to: Role.nobody, "remove \(text(user))")
    }

    /// F-12
    func checkAddOwnClient(_ user: [UInt8], _ role: Role) throws(Refusal) {
        try require(.addOwnClient, role, has: .canAddOwnClient, "client of \(text(user))")
    }

    /// F-13
    func checkRemoveOwnClient(_ user: [UInt8], _ role: Role) throws(Refusal) {
        try require(.removeOwnClient, role, has: .canRemoveOwnClient, "client of \(text(user))")
    }

    /// F-16
    func checkLeave(_ user: [UInt8], _ role: Role) throws(Refusal) {
        try require(.leave, role, has: .canRemoveSelf, "leave of \(text(user))")
        try require(
            .leave, role, mayChange: role.index, to: Role.nobody, "leave of \(text(user))")
    }

    /// F-20
    func checkKick(_ user: [UInt8], _ role: Role) throws(Refusal) {
        try require(.kick, role, has: .canKick, "clients of \(text(user))")
    }
}
