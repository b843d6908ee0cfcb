import MLSMessages
import RoomPolicy

extension [Extension] {
    /// The extensions of the GroupContext of a room that is founded with these components, beside
    /// base_room_policy: what every such room needs, and nothing else.
    package static func ofRoom(
        _ components: [ComponentID: [UInt8]], _ base: BaseRoomPolicy = BaseRoomPolicy(),
        senders: [ExternalSender]
    ) -> [Extension] {
        var components = components
        components[.baseRoomPolicy] = base.listing(components.keys).encoded
        let required = RequiredCapabilities(
            extensions: [.appDataDictionary], proposals: [.appDataUpdate, .selfRemove])
        return [
            Extension(.requiredCapabilities, data: required.encoded),
            Extension(.externalSenders, data: ExternalSenders(senders).encoded),
            Extension(.appDataDictionary, data: AppDataDictionary(components).encoded),
        ]
    }
}
