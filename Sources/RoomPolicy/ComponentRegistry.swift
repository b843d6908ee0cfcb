import MLSMessages
import PresentationLanguage

/// The components of a MIMI room: where they may be, what their data is, and what updates do to it
/// (mls-extensions §7.5, MIMI protocol §9, room-policy §9).
package struct ComponentRegistry: Sendable {
    package let profile: WireProfile

    package init(_ profile: WireProfile = WireProfile()) {
        self.profile = profile
    }

    /// Components whose data is the policy of a room, with base_room_policy itself.
    package static let policyComponents: ClosedRange<ComponentID> =
        .operationalPolicy ... .messageExpirationPolicy

    /// All that this registry may know.
    package static let allComponents = (0x20...0x30).map { ComponentID($0) }

    /// Those of a room's GroupContext that this registry knows.
    package static func isRoomComponent(_ component: ComponentID) -> Bool {
        (.frankingAgent ... .messageExpirationPolicy).contains(component)
    }

    /// H-26: what makes a room a room stays, and so does its franking agent (H-25).
    package static func mayRemove(_ component: ComponentID) -> Bool {
        ![
            .appComponents, .frankingAgent, .participantList, .roomMetadata, .rolesList,
            .baseRoomPolicy,
        ].contains(component)
    }

    /// Whether the bytes are data of the component; nil for one that is not known here.
    package func accepts(_ data: [UInt8], of component: ComponentID) -> Bool? {
        do {
            switch component {
            case .appComponents, .safeAAD: _ = try ComponentsList(parsing: data)
            case .contentMediaTypes:
                return try !data.parsed { (reader) throws(DecodingError) in
                    try reader.readList(of: MediaType.self)
                }.isEmpty
            case .frankingAgent: _ = try FrankingAgent(parsing: data)
            case .participantList: _ = try ParticipantList(parsing: data)
            case .roomMetadata: _ = try RoomMetadata(parsing: data)
            case .operationalPolicy: _ = try operationalParameters(data)
            case .rolesList: _ = try RolesList(parsing: data)
            case .preauthList: _ = try preauthList(data)
            case .baseRoomPolicy: _ = try BaseRoomPolicy(parsing: data)
            case .statusNotificationPolicy: _ = try StatusNotificationPolicy(parsing: data)
            case .joinLinkPolicy: _ = try JoinLinkPolicy(parsing: data)
            case .joinLinks: _ = try JoinLinks(parsing: data)
            case .linkPreviewPolicy: _ = try LinkPreviewPolicy(parsing: data)
            case .assetPolicy: _ = try assetPolicy(data)
            case .loggingPolicy: _ = try LoggingPolicy(parsing: data)
            case .chatHistoryPolicy: _ = try ChatHistoryPolicy(parsing: data)
            case .botPolicy: _ = try BotPolicy(parsing: data)
            case .messageExpirationPolicy: _ = try MessageExpirationPolicy(parsing: data)
            default: return nil
            }
            return true
        } catch {
            return false
        }
    }

    /// The data of a component after the updates of one commit, in their order; nil if the component
    /// refuses them. Lists take their own kind of update, whose places are those of `data`; of all
    /// other components the last update is the data.
    package func updating(
        _ component: ComponentID, _ data: [UInt8]?, with updates: [[UInt8]]
    ) -> [UInt8]? {
        switch component {
        case .participantList:
            guard let list = data.map({ try? ParticipantList(parsing: $0) }) ?? ParticipantList([]),
                let changes = try? updates.map({ try ParticipantListUpdate(parsing: $0) })
            else { return nil }
            return list.applying(changes)?.encoded
        case .joinLinks:
            guard let links = data.map({ try? JoinLinks(parsing: $0) }) ?? JoinLinks([]),
                let changes = try? updates.map({ try JoinLinksUpdate(parsing: $0) })
            else { return nil }
            return links.applying(changes)?.encoded
        default:
            guard updates.allSatisfy({ accepts($0, of: component) == true }) else { return nil }
            return updates.last ?? data
        }
    }

    // MARK: Data that depends on the wire profile

    package func operationalParameters(
        _ data: [UInt8]
    ) throws(DecodingError) -> OperationalParameters {
        try data.parsed { (reader) throws(DecodingError) in
            try OperationalParameters(from: &reader, profile)
        }
    }

    package func preauthList(_ data: [UInt8]) throws(DecodingError) -> PreauthList {
        try data.parsed { (reader) throws(DecodingError) in
            try PreauthList(from: &reader, profile)
        }
    }

    package func assetPolicy(_ data: [UInt8]) throws(DecodingError) -> AssetPolicy {
        try data.parsed { (reader) throws(DecodingError) in
            try AssetPolicy(from: &reader, profile)
        }
    }
}

extension [UInt8] {
    /// One value that fills the bytes exactly.
    fileprivate func parsed<T>(
        _ body: (inout Reader) throws(DecodingError) -> T
    ) throws(DecodingError) -> T {
        var reader = try Reader(span.bytes)
        let value = try body(&reader)
        try reader.finish()
        return value
    }
}

/// MIMI protocol §9 and room-policy §9
extension ComponentID {
    package static let frankingAgent = ComponentID(0x0021)
    package static let participantList = ComponentID(0x0022)
    package static let roomMetadata = ComponentID(0x0023)
    package static let operationalPolicy = ComponentID(0x0024)
    package static let rolesList = ComponentID(0x0025)
    package static let preauthList = ComponentID(0x0026)
    package static let baseRoomPolicy = ComponentID(0x0027)
    package static let statusNotificationPolicy = ComponentID(0x0028)
    package static let joinLinkPolicy = ComponentID(0x0029)
    package static let joinLinks = ComponentID(0x002a)
    package static let linkPreviewPolicy = ComponentID(0x002b)
    package static let assetPolicy = ComponentID(0x002c)
    package static let loggingPolicy = ComponentID(0x002d)
    package static let chatHistoryPolicy = ComponentID(0x002e)
    package static let botPolicy = ComponentID(0x002f)
    package static let messageExpirationPolicy = ComponentID(0x0030)
}
