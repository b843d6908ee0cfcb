import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RoomState
import TestSupport

extension GrowthWorkload {
    static let rooms: [GrowthWorkload] = [
        GrowthWorkload(name: "found-room") { size in
            let founding = crowded(size)
            let genesis = try founding.make().genesis
            let services = RoomServices(hubKeys: [Clubhouse.hubKey])
            return {
                guard case .accepted = MIMIRoom.decide(founding.settings, genesis, services)
                else { return false }
                return true
            }
        },
        GrowthWorkload(name: "change-roles") { size in
            let house = try Clubhouse(crowded(size))
            let update = ParticipantListUpdate(
                changed: (1...UInt32(size)).map { .init(place: $0, role: 3) })
            return try deciding(house, [update.proposal])
        },
        GrowthWorkload(name: "remove-participants") { size in
            let house = try Clubhouse(crowded(size))
            let update = ParticipantListUpdate(removed: Array(1...UInt32(size)))
            return try deciding(house, [update.proposal])
        },
        GrowthWorkload(name: "add-participants") { size in
            let house = try Clubhouse(crowded(1))
            let update = ParticipantListUpdate(added: (2..<size + 2).map { pair($0) })
            return try deciding(house, [update.proposal])
        },
        GrowthWorkload(name: "one-more-change") { size in
            var house = try Clubhouse(crowded(size + 1)).room
            try house.apply(
                (1...UInt32(size)).map { place in
                    let update = ParticipantListUpdate(changed: [.init(place: place, role: 3)])
                    return .proposalQueued(
                        PendingProposal(
                            reference: SHA256.hash(place.encoded).bytes, sender: .member(leaf: 0),
                            proposal: update.proposal))
                })
            let last = ParticipantListUpdate(
                changed: [.init(place: UInt32(size) + 1, role: 3)])
            let sent = try Clubhouse(crowded(size + 1)).proposing(by: "alice1", [last.proposal])
            let room = house
            return {
                guard case .accepted = room.decide(sent.update, now: Fixtures.now) else {
                    return false
                }
                return true
            }
        },
        GrowthWorkload(name: "many-roles") { size in
            var founding = crowded(0)
            founding.roles += (5..<UInt32(size) + 5).map { index in
                Role(
                    index: index, name: "role \(index)", capabilities: [.canAddOwnClient],
                    changes: [.init(from: index, to: [index - 1])])
            }
            founding.participants += (5..<size + 5).map { ("user\($0)", UInt32($0)) }
            let genesis = try founding.make().genesis
            let services = RoomServices(hubKeys: [Clubhouse.hubKey])
            return { [founding] in
                guard case .accepted = MIMIRoom.decide(founding.settings, genesis, services)
                else { return false }
                return true
            }
        },
        GrowthWorkload(name: "many-changes") { size in
            // Each user has a role of its own, and Alice may bring each of them to another.
            let own = 5..<UInt32(size) + 5
            var founding = crowded(0)
            founding.roles += own.map { Role(index: $0, name: "role \($0)") }
            founding.roles[3].changes += own.map { .init(from: $0, to: [$0, 2, 3]) }
            founding.participants += own.map { ("user\($0)", $0) }
            let house = try Clubhouse(founding)
            let update = ParticipantListUpdate(
                changed: (1...UInt32(size)).map { .init(place: $0, role: 3) })
            return try deciding(house, [update.proposal])
        },
    ]

    private static func pair(_ number: Int) -> UserRolePair {
        UserRolePair(Clubhouse.user("user\(number)"), role: 2)
    }

    /// A room of many users without clients, and Alice.
    private static func crowded(_ size: Int) -> Clubhouse.Founding {
        var founding = Clubhouse.Founding()
        founding.participants += (0..<size).map { ("user\($0)", 2) }
        return founding
    }

    private static func deciding(
        _ house: Clubhouse, _ proposals: [Proposal]
    ) throws -> () -> Bool {
        let sent = try house.proposing(by: "alice1", proposals)
        let room = house.room
        return {
            guard case .accepted = room.decide(sent.update, now: Fixtures.now) else {
                return false
            }
            return true
        }
    }
}
