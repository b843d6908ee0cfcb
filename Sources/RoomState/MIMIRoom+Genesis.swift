import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// How a room starts (B-10): by its hub, with a policy, a list and a group of one or more.
extension MIMIRoom {
    package static func decide(
        _ settings: RoomSettings, _ genesis: GroupGenesis, parents: ParentRooms = [],
        _ services: RoomServices
    ) -> Decision {
        Decision { () throws(Refusal) in
            let profile = services.groupProfile(settings)
            let events =
                try [.roomCreated(settings)] + RoomState.decide(genesis, profile).events
            let room = try MIMIRoom(startingWith: events, services)
            try room.checkGenesis()
            try room.checkHubSender(in: room.group.extensions)
            try room.checkLeafUsers()
            try room.judge(parents).judge(founding: room.committed, room.committedLeaves)
            return events
        }
    }

    /// B-10: nobody may edit the dictionary but by AppDataUpdate, and everybody can leave.
    private func checkGenesis() throws(Refusal) {
        let required = group.extensions.required
        let lists =
            required.extensions.contains(.appDataDictionary)
            && required.proposals.contains(.appDataUpdate)
            && required.proposals.contains(.selfRemove)
        try profile.enforcement.require(
            .genesis, lists, "required_capabilities",
            expected: "app_data_dictionary, app_data_update and self_remove",
            found: "\(required.extensions) \(required.proposals.map(\.name))")
        try profile.enforcement.require(
            .genesis, settings.room.domain == settings.hub.description, "room",
            expected: "a room of \(settings.hub)", found: settings.room.description)
    }

    /// B-5, in the group as it is imported.
    private func checkLeafUsers() throws(Refusal) {
        let stranger = committedLeaves.users
            .filter { committed.participants.role(of: $0) <= Role.banned }
            .min { $0.lexicographicallyPrecedes($1) }
        try profile.enforcement.require(
            .leafUsers, stranger == nil, "group", expected: "leaves of users on the list",
            found: stranger.map(text) ?? "")
    }

    /// B-9: the hub can propose.
    func checkHubSender(in extensions: ContextExtensions) throws(Refusal) {
        try profile.enforcement.require(
            .hubSender, hubSender(in: extensions) != nil, "external_senders",
            expected: "a key of the hub", found: "\(extensions.externalSenders.count) others")
    }

    /// The hub's key and its place in the list of external senders.
    func hubSender(in extensions: ContextExtensions) -> (key: HubKey, index: UInt32)? {
        if let recorded = services.recorded { return recordedSender(in: extensions, recorded) }
        for key in services.hubKeys where key.scheme == group.suite.signature {
            let sender = key.externalSender(of: settings.hub.description)
            if let index = extensions.externalSenders.firstIndex(of: sender) {
                return (key, UInt32(index))
            }
        }
        return nil
    }

    /// The same in an audit. Of several keys of the hub, the one that it proposes with in the record,
    /// or proposed with what waits.
    private func recordedSender(
        in extensions: ContextExtensions, _ recorded: RecordedSignatures
    ) -> (key: HubKey, index: UInt32)? {
        let places = extensions.externalSenders.indices.filter {
            isHub(extensions.externalSenders[$0])
        }.map(UInt32.init)
        let proposing = group.pending.list.compactMap {
            if case .external(let index) = $0.sender { index } else { nil }
        }
        let used = ([recorded.sender].compactMap { $0 } + proposing).first(where: places.contains)
        guard let index = used ?? places.first else { return nil }
        let key = extensions.externalSenders[Int(index)].signatureKey
        return (HubKey(group.suite.signature, publicKey: key, recorded), index)
    }

    /// Whether an external sender is the room's hub.
    func isHub(_ sender: ExternalSender) -> Bool {
        guard services.recorded == nil else {
            return sender.credential == HubKey.credential(of: settings.hub.description)
        }
        return services.hubKeys.contains { $0.publicKey == sender.signatureKey }
    }

    /// The judge of this room's policy.
    func judge(_ parents: ParentRooms) -> PolicyJudge {
        PolicyJudge(
            room: settings.room.bytes, envelope: settings.envelope, matchers: services.matchers,
            parents: parents.lists, profile: settings.profile, services.enforcement)
    }
}
