import MLSMessages
import PresentationLanguage
import RoomLog
import RoomState

/// A record of the log: what one accepted update did.
public struct HubRecord: Hashable, Sendable {
    /// The place in the log of all rooms, from 0.
    public let sequence: UInt64
    /// The number of the room, from 1, in the order of creation.
    public let room: UInt64
    /// Milliseconds since the Unix epoch.
    public let time: UInt64
    /// MLS epoch after the record.
    public let epoch: UInt64
    /// The domain that the update came from; empty where the hub itself acted, or of a redacted record.
    public let provider: String
    /// What the update did, in the order in which it counts.
    public let events: [HubEvent]
    /// The record that says why the payload was taken away, and with it all events; nil of others.
    public let redactedBy: UInt64?
}

/// What happened to a room.
public enum HubEvent: Hashable, Sendable {
    /// The room starts.
    case roomCreated(String)
    /// A proposal waits for a commit. `type` is its number in the registry of RFC 9420 §17.4.
    case proposalQueued(type: UInt16, reference: [UInt8])
    /// A proposal does not wait any more, and no commit may name it.
    case proposalVoided(reference: [UInt8])
    /// The hub proposes something: an MLSMessage for all members.
    case hubProposed(message: [UInt8], reference: [UInt8])
    /// The group is in its next epoch.
    case committed(epoch: UInt64)
    /// A user is on the list, in a role.
    case participantAdded(user: String, role: UInt32)
    /// A user is not on the list any more.
    case participantRemoved(user: String)
    /// A user has another role; 1 is that of the banned.
    case roleChanged(user: String, role: UInt32)
    /// The room's metadata are others.
    case metadataChanged
    /// A component of the policy is another, or gone.
    case policyChanged(component: UInt16)
    /// Nothing happens in the room any more.
    case roomClosed
    /// The payloads of records were taken away: those of these places among the room's records, from 0.
    case payloadsRedacted(ClosedRange<UInt64>)

    /// Nil for what only the MLS group itself is about.
    init?(_ event: RoomEvent) {
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        switch event {
        case .groupImported:
            return nil
        case .roomCreated(let settings):
            self = .roomCreated(settings.room.description)
        case .proposalQueued(let proposal):
            self = .proposalQueued(
                type: proposal.proposal.type.rawValue, reference: proposal.reference)
        case .proposalVoided(let reference):
            self = .proposalVoided(reference: reference)
        case .hubProposalIssued(let issued):
            self = .hubProposed(
                message: issued.message.encoded, reference: issued.proposal.reference)
        case .commitAccepted(let change):
            self = .committed(epoch: change.epoch)
        case .participantAdded(let pair):
            self = .participantAdded(user: text(pair.user), role: pair.role)
        case .participantRemoved(let user):
            self = .participantRemoved(user: text(user))
        case .roleChanged(let pair):
            self = .roleChanged(user: text(pair.user), role: pair.role)
        case .roomClosed:
            self = .roomClosed
        case .metadataChanged:
            self = .metadataChanged
        case .policyChanged(let component):
            self = .policyChanged(component: component.rawValue)
        case .payloadsRedacted(let redacted):
            self = .payloadsRedacted(redacted.places)
        }
    }
}
