import MLSMessages
import MLSPublicGroup
import RoomPolicy
import RuleBook

/// B-15: a room without persistence closes with its group, which a ReInit ends; others close when the
/// hub's operator says so, as one does whose clients have all gone (H-32). Nothing happens in a closed
/// room any more.
extension MIMIRoom {
    func checkOpen(_ item: String) throws(Refusal) {
        try profile.enforcement.require(
            .roomClosed, !isClosed, item, expected: "a room that is open", found: "a closed one")
    }

    /// Decides that the room is over.
    package func close() -> Decision {
        Decision { () throws(Refusal) in
            try checkOpen("room")
            return [.roomClosed]
        }
    }
}

extension Trial {
    /// The end of a room that goes with its group.
    func closing(_ change: GroupChange, _ next: RoomPolicy) -> [RoomEvent] {
        change.reInit != nil && !next.base.isPersistent ? [.roomClosed] : []
    }
}
