import MLSMessages
import PresentationLanguage
import RoomPolicy
import TestSupport
import Testing

/// The bytes of every component: taken as they are, and refused where they are damaged.
@Suite struct ComponentTests {
    /// Values of each component, their fields written out one by one.
    static let samples: [(component: ComponentID, fields: [String])] = [
        (.appComponents, ["04", "0022", "0025"]), (.safeAAD, ["02", "0020"]),
        (.contentMediaTypes, ["0b", "04", "74657874", "05", "01", "61", "02", "6262"]),
        (.frankingAgent, ["02", "0102", "0001", "01", "61"]),
        (.participantList, ["0d", "03", "757269", "00000002", "00", "00000003"]),
        (
            .roomMetadata,
            [
                "01", "72", "01", "61", "06", "0174", "0165", "0163", "01", "61", "01", "73", "01",
                "6d",
            ]
        ),
        (
            .rolesList,
            [
                "25", "00000002", "0161", "0162", "04", "00000001", "00000001", "01", "00000009",
                "00000000", "00", "09", "00000002", "04", "00000000",
            ]
        ),
        (
            .preauthList,
            [
                "19", "06", "0002", "0161", "0162", "00000002", "00", "00", "00", "00000000", "00",
                "00000000", "00", "00",
            ]
        ),
        (
            .baseRoomPolicy,
            [
                "00", "01", "02", "0172", "01", "01", "00000064", "00", "00", "01", "00", "02",
                "0024",
            ]
        ),
        (.statusNotificationPolicy, ["02", "01"]),
        (.joinLinkPolicy, ["01", "01", "75", "00", "0000003c"]),
        (.joinLinks, ["04", "0161", "0162"]),
        (.linkPreviewPolicy, ["00", "01", "02", "00", "02", "0170"]),
        (.linkPreviewPolicy, ["02", "00", "00", "02"]),
        (
            .assetPolicy,
            [
                "01", "05", "0170", "02", "0164", "02", "0001", "01", "02", "01",
                "0000000000000001", "0000000000000002", "0000000000000003", "0000000000000004",
                "00", "01", "0161", "00",
            ]
        ),
        (.loggingPolicy, ["02"]), (.loggingPolicy, ["01", "02", "0163", "01", "6d", "01", "68"]),
        (.chatHistoryPolicy, ["01", "04", "00000002", "01", "0000003c"]),
        (.chatHistoryPolicy, ["02"]),
        (.botPolicy, ["0d", "016e", "0164", "0168", "01", "00000002", "00", "01"]),
        (.messageExpirationPolicy, ["00", "00000001", "00000002", "01", "00000001"]),
        (.operationalPolicy, operationalFields),
    ]

    private static let capabilityFields = [
        "02", "0001", "02", "0001", "02", "0006", "02", "0008", "02", "0001", "02", "0001", "02",
        "0022", "02", "0020", "05", "03", "612f62", "00", "01", "01",
    ]
    private static let timeFields = ["0000000000000001", "0000000000000002", "0000000000000003"]
    private static let operationalFields =
        capabilityFields + capabilityFields + capabilityFields
        + ["02", "0001", "01", "00", "02", "0000000000000001", "0000000000000002"] + timeFields
        + ["03", "0010", "00000400", "0000000000000001", "0000000000000002", "0000000000000003"]
        + timeFields + ["00000001"] + timeFields + ["00000002"]

    private static func bytes(_ fields: [String]) -> [UInt8] {
        PresentationLanguage.bytes(hex: fields.joined())!
    }

    @Test func everyComponentHasASample() {
        let room = (UInt16(0x21)...0x30).map { ComponentID($0) }
        let known = Set(room + [.appComponents, .safeAAD, .contentMediaTypes])
        #expect(Set(Self.samples.map(\.component)) == known)
    }

    @Test(arguments: samples.indices)
    func taken(_ place: Int) {
        let (component, fields) = Self.samples[place]
        let registry = ComponentRegistry()
        let data = Self.bytes(fields)
        #expect(registry.accepts(data, of: component) == true, "\(component)")
        #expect(registry.accepts(data + [0], of: component) == false, "\(component)")
        for count in data.indices {
            // A shorter form of the two that end early may be whole.
            guard registry.accepts(Array(data[..<count]), of: component) == true else { continue }
            Issue.record("\(component) of \(count) bytes")
        }
    }

    @Test func closedValues() {
        let registry = ComponentRegistry()
        for (component, fields) in [
            (ComponentID.statusNotificationPolicy, ["03", "01"]),
            (.linkPreviewPolicy, ["01", "00", "00", "02"]),
            (.joinLinkPolicy, ["02", "00", "00", "00000000"]), (.contentMediaTypes, ["00"]),
            (.roomMetadata, ["00", "01", "ff", "00", "00", "00", "00"]),
        ] {
            #expect(registry.accepts(Self.bytes(fields), of: component) == false, "\(component)")
        }
        #expect(registry.accepts([], of: ComponentID(0x7777)) == nil)
    }

    /// What is read is written again as it was.
    @Test func writtenAgain() throws {
        func data(_ component: ComponentID) -> [UInt8] {
            Self.bytes(Self.samples.first { $0.component == component }!.fields)
        }
        let profile = WireProfile()
        let registry = ComponentRegistry(profile)
        func check<T: TLSCodable>(_ component: ComponentID, as type: T.Type) throws {
            for sample in Self.samples where sample.component == component {
                let data = Self.bytes(sample.fields)
                #expect(try T(parsing: data).encoded == data, "\(component)")
            }
        }
        try check(.frankingAgent, as: FrankingAgent.self)
        try check(.participantList, as: ParticipantList.self)
        try check(.roomMetadata, as: RoomMetadata.self)
        try check(.rolesList, as: RolesList.self)
        try check(.baseRoomPolicy, as: BaseRoomPolicy.self)
        try check(.statusNotificationPolicy, as: StatusNotificationPolicy.self)
        try check(.joinLinkPolicy, as: JoinLinkPolicy.self)
        try check(.joinLinks, as: JoinLinks.self)
        try check(.linkPreviewPolicy, as: LinkPreviewPolicy.self)
        try check(.loggingPolicy, as: LoggingPolicy.self)
        try check(.chatHistoryPolicy, as: ChatHistoryPolicy.self)
        try check(.botPolicy, as: BotPolicy.self)
        try check(.messageExpirationPolicy, as: MessageExpirationPolicy.self)
        #expect(try registry.preauthList(data(.preauthList)).encoded == data(.preauthList))
        #expect(try registry.assetPolicy(data(.assetPolicy)).encoded(profile) == data(.assetPolicy))
        #expect(
            try registry.operationalParameters(data(.operationalPolicy)).encoded(profile)
                == data(.operationalPolicy))
    }

    /// The switches of the wire profile read and write the other form.
    @Test func wireProfiles() throws {
        var profile = WireProfile()
        profile.preauthTargetIsIndex = true
        profile.nestsWireFormats = true
        profile.permitsMediaTypeList = true
        #expect(WireProfile(bits: profile.bits) == profile)
        #expect(WireProfile(bits: 16) == nil)
        for bits in UInt8(0)..<16 { #expect(WireProfile(bits: bits)?.bits == bits) }
        let registry = ComponentRegistry(profile)
        let preauth = Self.bytes(["0b", "06", "0002", "0161", "0162", "00000002"])
        #expect(try registry.preauthList(preauth).encoded == preauth)
        #expect(try registry.preauthList(preauth).entries[0].target == .index(2))
        #expect(ComponentRegistry().accepts(preauth, of: .preauthList) == false)
        var parameters = OperationalParameters()
        parameters.handshakeFormats = [.publicMessage]
        let data = parameters.encoded(profile)
        #expect(try registry.operationalParameters(data) == parameters)
        #expect(ComponentRegistry().accepts(data, of: .operationalPolicy) == false)
    }

    // MARK: Updates

    private func list(_ users: String...) -> ParticipantList {
        ParticipantList(users.enumerated().map { UserRolePair(Array($1.utf8), role: UInt32($0)) })
    }

    /// H-2: places are those of the list before the commit.
    @Test func updatesOfTheParticipantList() throws {
        let registry = ComponentRegistry()
        let old = list("a", "b", "c", "d")
        let updates = [
            ParticipantListUpdate(removed: [0], added: [UserRolePair([0x65], role: 5)]),
            ParticipantListUpdate(
                changed: [.init(place: 3, role: 9)], removed: [1],
                added: [UserRolePair([0x66], role: 6)]),
        ]
        let new = registry.updating(
            .participantList, old.encoded, with: updates.map(\.encoded))
        let expected = ParticipantList([
            UserRolePair([0x63], role: 2), UserRolePair([0x64], role: 9),
            UserRolePair([0x65], role: 5), UserRolePair([0x66], role: 6),
        ])
        #expect(new == expected.encoded)
        // Without additions the order of the updates does not count (E-22).
        let silent = updates.map { ParticipantListUpdate(changed: $0.changed, removed: $0.removed) }
        #expect(old.applying(silent) == old.applying(silent.reversed()))
        for wrong in [
            ParticipantListUpdate(removed: [4]), ParticipantListUpdate(removed: [1, 1]),
            ParticipantListUpdate(changed: [.init(place: 9, role: 1)]),
            ParticipantListUpdate(changed: [.init(place: 1, role: 1)], removed: [1]),
        ] {
            #expect(registry.updating(.participantList, old.encoded, with: [wrong.encoded]) == nil)
        }
        #expect(registry.updating(.participantList, old.encoded, with: [[1]]) == nil)
        #expect(registry.updating(.participantList, [1], with: []) == nil)
        #expect(
            registry.updating(.participantList, nil, with: [updates[0].encoded].dropLast())
                == ParticipantList([]).encoded)
    }

    @Test func updatesOfOtherComponents() {
        let registry = ComponentRegistry()
        let links = JoinLinks([[1], [2]])
        let update = JoinLinksUpdate(removed: [0], added: [[3]])
        #expect(
            registry.updating(.joinLinks, links.encoded, with: [update.encoded])
                == JoinLinks([[2], [3]]).encoded)
        #expect(
            registry.updating(
                .joinLinks, links.encoded, with: [JoinLinksUpdate(removed: [2]).encoded]) == nil)
        #expect(registry.updating(.statusNotificationPolicy, [0, 0], with: [[1, 1]]) == [1, 1])
        #expect(registry.updating(.statusNotificationPolicy, [0, 0], with: [[1, 3]]) == nil)
        #expect(registry.updating(ComponentID(0x7777), nil, with: [[1]]) == nil)
    }

    @Test func whatARoomNeeds() throws {
        let whole = TestRoom.usual.components
        _ = try RoomPolicy(whole, ComponentRegistry())
        for component in [ComponentID.participantList, .rolesList, .baseRoomPolicy] {
            var components = whole
            components[component] = nil
            #expect(throws: (any Error).self) {
                try RoomPolicy(components, ComponentRegistry())
            }
        }
        var components = whole
        components[.loggingPolicy] = [9]
        #expect(throws: (any Error).self) { try RoomPolicy(components, ComponentRegistry()) }
    }
}
