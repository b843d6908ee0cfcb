import EndpointMessages
import MLSCrypto
import MLSMessages
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

extension FuzzTarget {
    /// Updates of a MIMI room, one after another. Valid ones come from real members; the bytes choose
    /// them and damage them in the ways in which providers, members and the network can.
    ///
    /// ```
    /// struct {
    ///     uint8 move;                    // a valid update of ``RoomMove``
    ///     uint8 damage;                  // ``RoomDamage``
    ///     opaque parameters<V>;
    /// } steps[…];
    /// ```
    package static let room = FuzzTarget(name: "room") {
        RoomDamage.seeds
    } run: { (input) throws(FuzzFinding) in
        try RoomRun().play(input)
    }
}

/// One sequence of updates.
private struct RoomRun {
    private var state = RoomStates.founded
    /// Updates that were accepted on the way.
    private var earlier: [RoomUpdate] = []

    /// Whether every step is an update that somebody can make, damaged or not.
    consuming func play(_ input: [UInt8]) throws(FuzzFinding) -> Bool {
        guard var reader = try? Reader(input.span.bytes) else { return false }
        var isValid = true
        for _ in 0..<RoomStates.depth + 2 {
            guard let move = try? reader.readUInt8(), let damage = try? reader.readUInt8(),
                let parameters = try? reader.readOpaque()
            else { break }
            isValid = try take(move, damage, parameters) && isValid
        }
        return isValid
    }

    private mutating func take(
        _ move: UInt8, _ damage: UInt8, _ parameters: [UInt8]
    ) throws(FuzzFinding) -> Bool {
        let room = state.room
        guard let sent = state.sent(move) else { return false }
        guard let damage = RoomDamage(rawValue: damage % UInt8(RoomDamage.allCases.count)),
            damage != .none
        else {
            guard let next = state.following(move) else { return false }
            earlier.append(sent.update)
            state = next
            return true
        }
        let other = parameters.last.flatMap { state.sent($0) } ?? sent
        let damaged = damage.update(
            sent, other: other, earlier: earlier, parameters, in: room)
        if case .accepted(let events) = room.decide(damaged, now: Fixtures.now) {
            try RoomPromises.check(events, of: room)
            try checkAuthority(damage, damaged, sent, other)
        }
        return true
    }

    /// Who has no member's key can't make an update that nobody signed, nor one of another's users.
    private func checkAuthority(
        _ damage: RoomDamage, _ damaged: RoomUpdate, _ sent: RoomMove.Sent, _ other: RoomMove.Sent
    ) throws(FuzzFinding) {
        switch damage {
        case .otherSource:
            try FuzzFinding.unless(
                damaged.source == sent.update.source, "an update of another provider's user")
        case .changedBytes, .ownBytes, .spliced, .earlier:
            let signed = ([sent.update, other.update] + earlier).flatMap(RoomMessages.signed)
            for content in RoomMessages.signed(damaged) {
                try FuzzFinding.unless(signed.contains(content), "a message that nobody signed")
            }
        case .none, .signedContent, .signedGroupInfo, .moreProposals: break
        }
    }
}

/// What of updates is signed.
enum RoomMessages {
    /// The handshakes of an update, as signed.
    static func signed(_ update: RoomUpdate) -> [AuthenticatedContent] {
        guard let bundle = try? HandshakeBundle(parsing: update.bundle) else { return [] }
        var messages = [bundle.message]
        if case .proposals(let more) = bundle.rest { messages += more }
        return messages.compactMap {
            guard case .publicMessage(let message) = $0 else { return nil }
            var content = message.authenticatedContent
            // Only members can check the tag.
            content.auth.confirmationTag = nil
            return content
        }
    }
}

/// What holds after every update that is accepted, whatever it is.
enum RoomPromises {
    static func check(_ events: [RoomEvent], of room: MIMIRoom) throws(FuzzFinding) {
        var next = room
        var replayed = room
        do {
            try next.apply(events)
            try replayed.apply(try events.map { try RoomEvent($0.kind, body: $0.body) })
        } catch {
            throw FuzzFinding("an accepted update can't be applied: \(error)")
        }
        try FuzzFinding.unless(
            next.stateHash == replayed.stateHash, "an update is replayed otherwise")
        try FuzzFinding.unless(
            next.group.extensions.dictionary == next.committed.dictionary,
            "the GroupContext is not what the policy says (B-8)")
        for (index, _) in next.group.tree.members {
            let role = next.user(ofLeaf: index).map(next.committed.participants.role)
            try FuzzFinding.unless(role ?? 0 > 1, "leaf \(index) is of nobody on the list (B-5)")
        }
    }
}
