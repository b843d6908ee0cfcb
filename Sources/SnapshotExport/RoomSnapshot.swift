import EventLog
import FoundationEssentials
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomState

/// The state of a room at one of its records, as JSON; the schema is `Schemas/state.schema.json`.
/// Hashes and other bytes are lower-case hex.
package struct RoomSnapshot: Encodable, Sendable {
    package struct Member: Encodable, Sendable {
        package let leaf: UInt32
        /// The identity of a basic credential: as text where it is text, otherwise as hex.
        package let client: String
    }

    package struct Pending: Encodable, Sendable {
        package let ref: String
        package let type: String
        package let sender: String
        package let component: UInt16?
    }

    package let room: String
    package let status: String
    package let suite: UInt16
    package let groupID: String
    package let epoch: UInt64
    /// Of the room's latest record up to the time of the snapshot.
    package let seq: UInt64
    package let roomSeq: UInt64
    package let stateHash: String
    package let pending: [Pending]
    package let members: [Member]
    /// By component id, four hex digits.
    package let components: [String: String]
    package let externalSenders: [String]
    package let treeHash: String
    package let confirmedTranscriptHash: String
    package let interimTranscriptHash: String
    package let groupContext: String

    private enum CodingKeys: String, CodingKey {
        case room, status, suite, epoch, seq, pending, members, components
        case groupID = "group_id"
        case roomSeq = "room_seq"
        case stateHash = "state_hash"
        case externalSenders = "external_senders"
        case treeHash = "tree_hash"
        case confirmedTranscriptHash = "confirmed_transcript_hash"
        case interimTranscriptHash = "interim_transcript_hash"
        case groupContext = "group_context"
    }

    package init(_ folded: FoldedRoom) {
        let group = folded.state.group
        room = String(decoding: folded.uri, as: UTF8.self)
        status = "\(folded.state.status)"
        suite = group.suite.rawValue
        groupID = hex(group.context.groupID)
        epoch = group.context.epoch
        seq = folded.last.gseq
        roomSeq = folded.last.roomSeq
        stateHash = folded.last.stateHash.description
        pending = group.pending.list.map { Pending($0, in: group) }
        members = group.tree.members.map {
            Member(leaf: $0.index, client: name(of: $0.leaf.credential))
        }
        components = Dictionary(
            (group.extensions.dictionary?.entries ?? []).map {
                (String($0.component.description.dropFirst(2)), hex($0.data))
            }, uniquingKeysWith: { first, _ in first })
        externalSenders = group.extensions.externalSenders.map { name(of: $0.credential) }
        treeHash = hex(group.context.treeHash)
        confirmedTranscriptHash = hex(group.context.confirmedTranscriptHash)
        interimTranscriptHash = hex(group.interimTranscriptHash)
        groupContext = hex(group.context.encoded)
    }
}

extension RoomSnapshot.Pending {
    fileprivate init(_ proposal: PendingProposal, in group: PublicGroup) {
        ref = hex(proposal.reference)
        type = proposal.proposal.type.name
        sender =
            if case .member(let leaf) = proposal.sender, let member = group.tree.leaf(at: leaf) {
                name(of: member.credential)
            } else {
                proposal.sender.name
            }
        component =
            switch proposal.proposal {
            case .appDataUpdate(let update): update.component.rawValue
            case .appEphemeral(let ephemeral): ephemeral.component.rawValue
            default: nil
            }
    }
}

/// The identity of a credential, as text where it is text, otherwise as hex.
private func name(of credential: Credential) -> String {
    switch credential {
    case .basic(let identity):
        if let text = String(validating: identity, as: UTF8.self), !text.isEmpty { return text }
        return "hex:" + hex(identity)
    case .x509(let certificates):
        return "x509:" + hex(certificates.first ?? [])
    case .other(let type, let content):
        return "\(type):" + hex(content)
    }
}
