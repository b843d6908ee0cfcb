import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import RuleBook
import TestSupport

let hubSender = ForgedClient("hub", .x25519Aes128)

/// A group of four with one external sender.
func groupWithHub() -> ForgedGroup {
    let senders = ExternalSenders([
        ExternalSender(signatureKey: hubSender.signatureKey, credential: hubSender.credential)
    ])
    return ForgedGroup(size: 4, extensions: [Extension(.externalSenders, data: senders.encoded)])
}

/// Framing: D-1 to D-7.
let framingCases: [RuleCase] = [
    .handshake(.canonicalEncoding, "a byte after the message") {
        let group = ForgedGroup(size: 2)
        var forged = group.proposal(.remove(leaf: 1))
        forged.input = GroupHandshake(message: forged.input.message + [0])
        return (group, forged)
    },
    .handshake(.wireFormat, "application data in a PublicMessage") {
        let group = ForgedGroup(size: 2)
        let message = group.message(
            .application([1]), from: .member(leaf: 0), signedBy: group.clients[0]!)
        let input = GroupHandshake(message: MLSMessage.publicMessage(message).encoded)
        return (group, ForgedHandshake(input: input))
    },
    .handshake(.groupAndEpoch, "the next epoch") {
        let group = ForgedGroup(size: 2)
        return (group, group.proposal(.remove(leaf: 1), edit: { $0.epoch += 1 }))
    },
    .handshake(.groupAndEpoch, "the epoch before") {
        let group = ForgedGroup(size: 2)
        return (group, group.proposal(.remove(leaf: 1), edit: { $0.epoch -= 1 }))
    },
    .handshake(.groupAndEpoch, "another group") {
        let group = ForgedGroup(size: 2)
        return (group, group.proposal(.remove(leaf: 1), edit: { $0.groupID = [9] }))
    },
    .handshake(.senderContent, "a SelfRemove by an external sender") {
        let group = groupWithHub()
        return (
            group, group.proposal(.selfRemove, as: .external(index: 0), signedBy: hubSender)
        )
    },
    .handshake(.messageSignature, "another member's signature") {
        let group = ForgedGroup(size: 3)
        return (group, group.proposal(.remove(leaf: 2), by: 0, signedBy: group.clients[1]!))
    },
    .handshake(.messageSignature, "a changed byte under the signature") {
        let group = ForgedGroup(size: 3)
        return (
            group,
            group.proposal(
                .remove(leaf: 2), editMessage: { $0.content.authenticatedData = [1] })
        )
    },
    .handshake(.senderAndTags, "a short membership_tag") {
        let group = ForgedGroup(size: 2)
        return (
            group, group.proposal(.remove(leaf: 1), editMessage: { $0.membershipTag?.removeLast() })
        )
    },
    .handshake(.senderAndTags, "an empty confirmation_tag") {
        let group = ForgedGroup(size: 2)
        var edits = CommitEdits()
        edits.message = { $0.auth.confirmationTag = [] }
        edits.groupInfo = { $0.confirmationTag = [] }
        return (group, group.commit(edits: edits))
    },
    .handshake(.senderAndTags, "a sender outside the tree") {
        let group = ForgedGroup(size: 2)
        return (
            group,
            group.proposal(.remove(leaf: 1), as: .member(leaf: .max), signedBy: group.clients[0]!)
        )
    },
    .handshake(.senderAndTags, "a sender_index without entry") {
        let group = groupWithHub()
        return (
            group,
            group.proposal(.remove(leaf: 1), as: .external(index: 1), signedBy: hubSender)
        )
    },
    .handshake(.safeAAD, "free authenticated_data") {
        var group = groupWithSafeAAD()
        group.authenticatedData = [1, 2, 3]
        return (group, group.proposal(.remove(leaf: 1)))
    },
    .handshake(.safeAAD, "a SafeAAD out of order") {
        var group = groupWithSafeAAD()
        group.authenticatedData =
            SafeAAD([
                ComponentData(ComponentID(0x8002), data: []),
                ComponentData(ComponentID(0x8001), data: []),
            ]).encoded
        return (group, group.proposal(.remove(leaf: 1)))
    },
]

/// A group that asks for a SafeAAD, empty by default.
private func groupWithSafeAAD() -> ForgedGroup {
    let dictionary = AppDataDictionary([
        ComponentData(.safeAAD, data: ComponentsList([.frankAAD]).encoded)
    ])
    let entry = Extension(.appDataDictionary, data: dictionary.encoded)
    return ForgedGroup(
        size: 2, extensions: [entry], authenticatedData: SafeAAD().encoded,
        edit: { $0.extensions = [entry] })
}
