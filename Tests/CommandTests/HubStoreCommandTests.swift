import Foundation
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import TestSupport
import Testing

/// The command reads what a hub wrote, beside the running hub and without its keys.
@Suite struct HubStoreCommandTests {
    @Test func aHubsRoom() async throws {
        try await withStorePath { path in
            let key = try HubSigningKey(cipherSuite: 1, privateKey: SHA256.hash([1]).bytes)
            let hub = try Hub.open(
                at: path,
                HubConfiguration(domain: "a.example", signingKeys: [key], clock: { Fixtures.now }))
            let genesis = try Clubhouse.Founding().make().genesis
            let uri = Clubhouse.uri.description
            _ = try await hub.create(
                RoomCreation(
                    room: uri, groupInfo: genesis.groupInfo, ratchetTree: genesis.tree ?? []))
            var house = try Clubhouse()
            let bob = try Clubhouse.keyPackage("bob1").keyPackage
            for options in [
                CommitOptions([house.changing([("bob", 2)]), .add(bob)]), CommitOptions(),
            ] {
                let sent = try house.committing(by: "alice1", options)
                _ = try await hub.update(uri, from: "a.example", sent.update.bundle)
                #expect(try house.submit(sent, by: "alice1") == nil)
            }
            let hash = house.room.stateHash.description

            let state = try Command("state", path, "--json")
            #expect(state.status == 0, "\(state.error)")
            let object = try #require(try state.objects().first)
            #expect(object["state_hash"] as? String == hash)
            let participants = object["participants"] as? [[String: Any]]
            #expect(participants?.map { $0["role"] as? Int } == [3, 2])
            let replay = try Command("replay", path)
            #expect(replay.status == 0 && replay.output.contains(hash), "\(replay.error)")
            let log = try Command("log", path, "--json")
            #expect(try log.objects().count == 3)
            let show = try Command("show", "1", path)
            #expect(show.status == 0 && show.output.contains("participantAdded"), "\(show.output)")
            let text = try Command("state", path)
            #expect(text.status == 0, "\(text.error)")
            #expect(text.output.contains("mimi://b.example/u/bob  role 2 user"), "\(text.output)")
            await hub.close()
        }
    }
}
