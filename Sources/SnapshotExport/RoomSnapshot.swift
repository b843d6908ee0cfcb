import EventLog
import FoundationEssentials
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomLog
import RoomPolicy
import RoomState

/// The state of a room at one of its records, as JSON; the schema is `Schemas/state.schema.json`.
/// Hashes and other bytes are lower-case hex.
package struct RoomSnapshot: Encodable, Sendable {
    package struct Member: Encodable, Sendable {
        package let leaf: UInt32
        /// The identity of a basic credential: as text where it is text, otherwise as hex.
        package let client: String
        /// The URI of the user; of MIMI rooms only.
        package let user: String?
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
    /// Of MIMI rooms only.
    package let policy: PolicySnapshot?
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

    /// The policy's keys stand beside the room's own.
    package func encode(to encoder: any Encoder) throws {
        try policy?.encode(to: encoder)
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(room, forKey: .room)
        try object.encode(status, forKey: .status)
        try object.encode(suite, forKey: .suite)
        try object.encode(groupID, forKey: .groupID)
        try object.encode(epoch, forKey: .epoch)
        try object.encode(seq, forKey: .seq)
        try object.encode(roomSeq, forKey: .roomSeq)
        try object.encode(stateHash, forKey: .stateHash)
        try object.encode(pending, forKey: .pending)
        try object.encode(members, forKey: .members)
        try object.encode(components, forKey: .components)
        try object.encode(externalSenders, forKey: .externalSenders)
        try object.encode(treeHash, forKey: .treeHash)
        try object.encode(confirmedTranscriptHash, forKey: .confirmedTranscriptHash)
        try object.encode(interimTranscriptHash, forKey: .interimTranscriptHash)
        try object.encode(groupContext, forKey: .groupContext)
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
        let mimi = folded.state.room
        policy = mimi.map(PolicySnapshot.init)
        pending = group.pending.list.map { Pending($0, in: group, mimi) }
        members = group.tree.members.map { member in
            Member(
                leaf: member.index, client: name(of: member.leaf.credential),
                user: mimi?.user(ofLeaf: member.index).map { String(decoding: $0, as: UTF8.self) })
        }
        components = Dictionary(
            (group.extensions.dictionary?.entries ?? []).map {
                (String($0.component.description.dropFirst(2)), hex($0.data))
            }, uniquingKeysWith: { first, _ in first })
        externalSenders = group.extensions.externalSenders.map {
            mimi == nil ? name(of: $0.credential) : provider(of: $0.credential)
        }
        treeHash = hex(group.context.treeHash)
        confirmedTranscriptHash = hex(group.context.confirmedTranscriptHash)
        interimTranscriptHash = hex(group.interimTranscriptHash)
        groupContext = hex(group.context.encoded)
    }
}

extension RoomSnapshot.Pending {
    fileprivate init(_ proposal: PendingProposal, in group: PublicGroup, _ mimi: MIMIRoom?) {
        ref = hex(proposal.reference)
        type = proposal.proposal.type.name
        sender = Self.sender(proposal.sender, in: group, mimi)
        component =
            switch proposal.proposal {
            case .appDataUpdate(let update): update.component.rawValue
            case .appEphemeral(let ephemeral): ephemeral.component.rawValue
            default: nil
            }
    }
}

extension RoomSnapshot.Pending {
    /// A client's name; of the external senders of a MIMI room, `hub` or `provider:DOMAIN`.
    private static func sender(
        _ sender: Sender, in group: PublicGroup, _ mimi: MIMIRoom?
    ) -> String {
        switch sender {
        case .member(let leaf):
            return group.tree.leaf(at: leaf).map { name(of: $0.credential) } ?? sender.name
        case .external(let index):
            let senders = group.extensions.externalSenders
            guard let mimi, index < senders.count else { return sender.name }
            let domain = provider(of: senders[Int(index)].credential)
            return domain == mimi.settings.hub.description ? "hub" : "provider:\(domain)"
        case .newMemberProposal, .newMemberCommit:
            return sender.name
        }
    }
}

/// The domain of a provider's credential.
private func provider(of credential: Credential) -> String {
    guard case .basic(let identity) = credential, let uri = MIMIURI(identity) else {
        return name(of: credential)
    }
    return uri.domain
}

/// The identity of a credential, as text where it is text, otherwise as hex.
func name(of credential: Credential) -> String {
    switch credential {
    case .basic(let identity):
        if let text = String(validating: identity, as: UTF8.self), !text.isEmpty { return text }
        return "hex:" + hex(identity)
    case .x509(let certificates):
        // As a basic one would be written: USER-URI#NAME.
        if let identity = URIIdentities().identity(of: credential),
            let client = MIMIURI(identity.client, .client)
        {
            return "\(identity.user)#\(client.description.split(separator: "/").last ?? "")"
        }
        return "x509:" + hex(certificates.first ?? [])
    case .other(let type, let content):
        return "\(type):" + hex(content)
    }
}
