import MLSMessages
import RoomPolicy
import RuleBook
import TestSupport
import Testing

/// Each role × each action × each kind of actor, against what section F says in a table of its own.
@Suite struct RoleMatrixTests {
    private static let roleSets: [(name: String, roles: [Role])] =
        RoleSet.allCases.map { ($0.rawValue, $0.roles) }
        + [("usual", TestRoom.usual.roles), ("clubhouse", Clubhouse.roles)]

    /// Whether the drafts allow it.
    private func isAllowed(
        _ action: RoleAction, to actor: RoleActor, as user: String?, in matrix: RoleMatrix
    ) -> Bool {
        let own = user.map(matrix.role) ?? 0
        let role = matrix.roles.first { $0.index == own }
        func has(_ capability: UInt16) -> Bool {
            role?.capabilities.contains(Capability(capability)) ?? false
        }
        func arc(_ from: UInt32, _ target: UInt32) -> Bool {
            role?.changes.contains { $0.from == from && $0.targets.contains(target) } ?? false
        }
        let isAllowed: Bool
        switch action {
        case .add(let target) where actor == .stranger:
            // Adding another; their own way in is not in this table.
            isAllowed = has(0x0000) && arc(0, target)
        case .add(1): isAllowed = (has(0x0000) || has(0x000a)) && arc(0, 1)
        case .add(let target): isAllowed = has(0x0000) && arc(0, target)
        case .remove(let name): isAllowed = has(0x0001) && arc(matrix.role(of: name), 0)
        case .ban(let name): isAllowed = has(0x000a) && arc(matrix.role(of: name), 1)
        case .unban(let target): isAllowed = has(0x000b) && arc(1, target)
        case .changeRole(let name, let target):
            isAllowed = has(0x000f) && arc(matrix.role(of: name), target)
        // Nobody is preauthorized here (F-22).
        case .changeOwnRole: isAllowed = false
        case .leave: isAllowed = has(0x0006) && arc(own, 0)
        case .kick: isAllowed = has(0x000c)
        case .addOwnClient: isAllowed = has(0x0002)
        case .removeOwnClient: isAllowed = has(0x0003)
        case .metadata(let field): isAllowed = has(0x0300 + UInt16(field))
        case .item(let item): isAllowed = allows(item, to: actor, has)
        }
        return isAllowed && keepsBounds(action, by: user, in: matrix)
    }

    private func allows(
        _ item: RoomChange.Item, to actor: RoleActor, _ has: (UInt16) -> Bool
    ) -> Bool {
        switch item {
        case .component(let id):
            switch id.rawValue {
            case 0x0024: has(0x0600)
            case 0x0025: has(0x0503)
            case 0x0026: has(0x0504)
            case 0x0027: has(0x0502)
            default: has(0x0505)
            }
        case .reInit: has(0x0601)
        case .update, .psk: actor != .follower
        case .ephemeral(let id): id == .appAck
        case .groupContextExtensions, .other: false
        }
    }

    /// F-3: no role gets further out of its bounds.
    private func keepsBounds(
        _ action: RoleAction, by user: String?, in matrix: RoleMatrix
    ) -> Bool {
        let after = matrix.after(action, by: user).room
        return matrix.roles.filter { $0.index > 0 }.allSatisfy { role in
            func counts(_ room: TestRoom) -> (all: UInt32, active: UInt32) {
                let users = room.participants.filter { $0.role == role.index }
                return (
                    UInt32(users.count),
                    UInt32(users.filter { room.leaves[$0.user] ?? 1 > 0 }.count)
                )
            }
            let (before, then) = (counts(matrix.room), counts(after))
            return holds(role.participants, before.all, then.all)
                && holds(role.activeParticipants, before.active, then.active)
        }
    }

    private func holds(_ bounds: Role.Bounds, _ before: UInt32, _ after: UInt32) -> Bool {
        if let maximum = bounds.maximum, after > maximum, after > before { return false }
        return after >= bounds.minimum || after >= before
    }

    private func judge(
        _ action: RoleAction, by actor: RoleActor, as user: String?, in matrix: RoleMatrix
    ) throws -> Refusal? {
        let (after, describe) = matrix.after(action, by: user)
        var change = RoomChange(
            from: try matrix.room.policy, to: try after.policy, leaves: matrix.room.leafCounts,
            then: after.leafCounts)
        describe(&change)
        let who: Actor
        switch actor {
        case .participant: who = matrix.room.actor(user ?? "")
        case .stranger: who = matrix.room.actor("stranger", .joiner)
        case .follower:
            who = Actor(
                .external(isHub: false), user: nil,
                credential: .basic(identity: Array("mimi://b.example".utf8)))
        }
        do throws(Refusal) {
            try PolicyJudge(room: TestRoom.uri).judge(change, by: who)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: roleSets.indices) func everyActionOfEveryRole(_ number: Int) throws {
        let (name, roles) = Self.roleSets[number]
        let matrix = RoleMatrix(roles)
        var (allowed, refused) = (0, 0)
        func check(_ actor: RoleActor, _ user: String?) throws {
            for action in matrix.actions(by: user) {
                let expected = isAllowed(action, to: actor, as: user, in: matrix)
                let refusal = try judge(action, by: actor, as: user, in: matrix)
                #expect(
                    (refusal == nil) == expected,
                    "\(name), \(actor) \(user ?? ""): \(action): \(refusal?.description ?? "accepted")"
                )
                if expected { allowed += 1 } else { refused += 1 }
            }
        }
        for role in roles where role.index > 1 { try check(.participant, "a\(role.index)") }
        if roles.contains(where: { $0.index == 1 }) { try check(.participant, RoleMatrix.exile) }
        try check(.follower, nil)
        try check(.stranger, nil)
        #expect(allowed > 20 && refused > 200, "\(name): \(allowed), \(refused)")
    }
}
