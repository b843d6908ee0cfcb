import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState
import TestSupport
import Testing

/// The encoding of a room's whole state: what is decoded goes on as if it had been folded.
@Suite struct StateEncodingTests {
    private static let services = RoomServices(hubKeys: [Clubhouse.hubKey])

    /// A group with blanks, proposals that wait and key packages that were used.
    private func group() throws -> RecordedState {
        var group = ForgedGroup(size: 5)
        let joiner = ForgedClient("joiner", group.suite)
        group.accept(group.commit([.proposal(.remove(leaf: 1))]))
        group.accept(
            group.commit([.proposal(.add(joiner.keyPackage()))], joining: [joiner]))
        for byte in [UInt8(1), 2] {
            group.accept(group.proposal(.appEphemeral(.init(.appAck, data: [byte]))))
        }
        return .group(group.state)
    }

    private func decode(
        _ bytes: [UInt8], _ hash: Digest32
    ) throws(StateEncodingError) -> RecordedState {
        try RecordedState(encoded: bytes, expecting: hash, .plain, Self.services)
    }

    @Test func aGroup() throws {
        let state = try group()
        #expect(state.group.pending.list.count == 2)
        #expect(state.group.usedKeyPackages.list.count == 5)
        let again = try decode(state.encoded, state.stateHash)
        #expect(again.encoded == state.encoded)
        #expect(again.group.pending.list == state.group.pending.list)
        let used = try #require(state.group.usedKeyPackages.list.first)
        #expect(again.group.usedKeyPackages.contains(used))
        #expect(again.group.interimTranscriptHash == state.group.interimTranscriptHash)
    }

    /// A changed bit is refused, or changes a proposal that waits: those are in the state hash by their
    /// references only.
    @Test func everyChangedByteIsRefused() throws {
        let state = try group()
        let bytes = state.encoded
        let waiting = try #require(
            bytes.firstRange(of: state.group.pending.list[0].encoded)?.lowerBound)
        let tree = bytes.count - FullTree(state.group.tree).encoded.count
        for place in bytes.indices where !(waiting..<tree).contains(place) {
            var changed = bytes
            changed[place] ^= 1 << (place % 8)
            #expect(throws: StateEncodingError.self, "byte \(place)") {
                try decode(changed, state.stateHash)
            }
        }
        for count in [0, 1, 2, 10, tree, bytes.count - 1] {
            #expect(throws: StateEncodingError.self) {
                try decode(Array(bytes.prefix(count)), state.stateHash)
            }
        }
        #expect(throws: StateEncodingError.self) { try decode(bytes + [0], state.stateHash) }
        #expect(throws: StateEncodingError.otherState(expected: .zero, found: state.stateHash)) {
            try decode(bytes, .zero)
        }
    }

    /// Changed bytes anywhere never trap, whatever becomes of them.
    @Test func noiseIsRefusedOrRead() throws {
        let state = try group()
        let bytes = state.encoded
        var random = SplitMix64(state: 11)
        var refused = 0
        for _ in 0..<500 {
            var changed = bytes
            for _ in 0..<3 {
                changed[Int.random(in: changed.indices, using: &random)] =
                    .random(in: 0...255, using: &random)
            }
            if (try? decode(changed, state.stateHash)) == nil { refused += 1 }
        }
        #expect(refused > 400)
    }

    @Test func aMIMIRoom() throws {
        var house = try Clubhouse(Clubhouse.Founding())
        let bob = try Clubhouse.keyPackage("bob1").keyPackage
        let invite = house.changing([("bob", 2)])
        let sent = try house.committing(by: "alice1", CommitOptions([invite, .add(bob)]))
        if let refusal = try house.submit(sent, by: "alice1") { throw refusal }
        let leave = try house.proposing(by: "alice1", [house.changing([("eve", 2)])])
        if let refusal = try house.submit(leave, by: "alice1") { throw refusal }
        let state = RecordedState.room(house.room)
        let again = try decode(state.encoded, state.stateHash)
        #expect(again.encoded == state.encoded)
        #expect(again.room?.effective.participants == house.room.effective.participants)
        #expect(again.room?.committedLeaves == house.room.committedLeaves)
        let closed = try house.room.closing()
        let other = RecordedState.room(closed)
        #expect(try decode(other.encoded, other.stateHash).status == .closed)
        #expect(throws: StateEncodingError.self) { try decode(other.encoded, state.stateHash) }
    }

    /// The first bytes, which say how to read the others.
    @Test func layout() throws {
        let state = try group()
        #expect(state.encoded.starts(with: [1, 1] + state.group.context.encoded))
        let room = try Clubhouse(Clubhouse.Founding()).room
        let parts = StateParts(.room(room)).encoded
        #expect(parts.starts(with: [1, 2] + room.settings.encoded + [0]))
        #expect(RecordedState.room(room).encoded.starts(with: parts))
        let tree = FullTree(ForgedGroup(size: 1).group.tree).encoded
        #expect(tree.starts(with: [0, 0, 0, 1, 1, 1]))
        #expect(
            SHA256.hash(state.encoded).description
                == "a01f1f4b68b36b4f4a947293af7cefbc27751067064c7a7175cf990e419fa484")
    }
}

extension MIMIRoom {
    fileprivate func closing() throws -> MIMIRoom {
        var room = self
        try room.apply(close().events)
        return room
    }
}
