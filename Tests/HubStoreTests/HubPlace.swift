import EndpointMessages
import Foundation
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import RoomState
import RuleBook
import TestSupport
import Testing

/// Opens hubs, and founds rooms on them whose members are real.
protocol HubPlace {}

extension HubPlace {
    static var room: String { Clubhouse.uri.description }

    func open(
        _ path: String, _ edit: (inout HubConfiguration) -> Void = { _ in }
    ) throws -> Hub {
        let key = try HubSigningKey(cipherSuite: 1, privateKey: SHA256.hash([1]).bytes)
        var configuration = HubConfiguration(
            domain: "a.example", signingKeys: [key], clock: { Fixtures.now })
        edit(&configuration)
        return try Hub.open(at: path, configuration)
    }

    /// A room of the hub with members of its own.
    func found(
        _ name: String, on hub: Hub, _ edit: (inout Clubhouse.Founding) -> Void = { _ in }
    ) async throws -> (answer: Hub.CreationAnswer, house: Clubhouse?) {
        var founding = Clubhouse.Founding()
        let uri = try #require(MIMIURI("mimi://a.example/r/\(name)"))
        founding.settings = RoomSettings(room: uri, hub: "a.example")
        founding.groupID = Array(name.utf8)
        founding.metadata = RoomMetadata(uri: uri.bytes)
        edit(&founding)
        let genesis = try founding.make().genesis
        let answer = try await hub.create(
            RoomCreation(
                room: uri.description, groupInfo: genesis.groupInfo,
                ratchetTree: genesis.tree ?? []))
        // Its parent, if it has one, is on the hub only.
        return (answer, try? Clubhouse(founding, .without(.parentRoom)))
    }

    func send(_ sent: Clubhouse.Sent, to room: String, _ hub: Hub) async throws {
        let answer = try await hub.update(
            "mimi://a.example/r/\(room)", from: sent.update.source.description,
            sent.update.bundle)
        if case .refused(let refusal) = answer.outcome { throw refusal }
    }

    func rule(_ answer: Hub.CreationAnswer) -> String? {
        if case .refused(let refusal) = answer { refusal.rule } else { nil }
    }
}
