import MLSCrypto
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import TestSupport
import Testing

/// The bytes of a room's evidence and events, as they are on the disk. A change here is a new
/// schema.
@Suite struct RecordLayoutTests {
    @Test func evidence() throws {
        let genesis = GroupGenesis(groupInfo: [1, 2], tree: [3])
        #expect(genesis.encoded == [2, 1, 2, 1, 1, 3])
        #expect(try GroupGenesis(parsing: genesis.encoded) == genesis)
        let handshake = GroupHandshake(message: [1], welcome: nil, groupInfo: [2], tree: [3])
        #expect(handshake.encoded == [1, 1, 0, 1, 1, 2, 1, 1, 3])
        #expect(handshake.evidence.encoded == [1, 1, 0, 1, 1, 2, 0])
        #expect(try GroupHandshake(parsing: handshake.encoded) == handshake)
    }

    @Test func proposalQueued() throws {
        let event = RoomEvent.proposalQueued(
            PendingProposal(
                reference: [7], sender: .member(leaf: 2), proposal: .remove(leaf: 3)))
        #expect(event.kind.rawValue == 2)
        #expect(event.body == [1, 7, 1, 0, 0, 0, 2, 0, 3, 0, 0, 0, 3])
        #expect(try RoomEvent(.proposalQueued, body: event.body).body == event.body)
    }

    /// The events of a group whose keys and signatures depend on names only.
    @Test func groupImportedAndCommitAccepted() throws {
        let genesis = ForgedGroup.genesis(of: ForgedClient("client 0", .x25519Aes128))
        let imported = RoomState.decide(genesis, .plain).events()[0]
        #expect(imported.kind.rawValue == 1)
        #expect(
            SHA256.hash(imported.body).description
                == "582991d27d72ab264008617f32732bfb086425e7896663c00ae280878a20e9fd")
        let group = ForgedGroup(size: 3)
        let leave = group.decide(group.commit([.proposal(.remove(leaf: 2))]).input).events()[0]
        #expect(leave.kind.rawValue == 3)
        #expect(
            SHA256.hash(leave.body).description
                == "094dd0ddc308d5f38bb28077a8f13d0ff85909775fa771cc24cb8c0ad3114bb1")
        #expect(try RoomEvent(.commitAccepted, body: leave.body).body == leave.body)
    }

    @Test func stateHash() {
        #expect(
            ForgedGroup(size: 3).state.stateHash.description
                == "6c425157d8c622694938dd5bf2f752777aaef759a62cf77a356fe995dbb48650")
    }
}
