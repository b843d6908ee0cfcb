import EndpointMessages
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomState
import TestSupport

/// What is done to a valid update on its way.
enum RoomDamage: UInt8, CaseIterable {
    /// Nothing: the room goes on from it.
    case none
    /// Some bytes are others.
    case changedBytes
    /// What the sender signs is changed first: a member, or hub, that breaks the rules.
    case signedContent
    /// The same with the GroupInfo of a commit.
    case signedGroupInfo
    /// It comes from another provider.
    case otherSource
    /// One that was accepted before comes again.
    case earlier
    /// The message of one update with what came with another.
    case spliced
    /// The bytes of the input.
    case ownBytes
    /// Proposals of one update behind those of another.
    case moreProposals

    func update(
        _ sent: RoomMove.Sent, other: RoomMove.Sent, earlier: [RoomUpdate],
        _ parameters: [UInt8], in room: MIMIRoom
    ) -> RoomUpdate {
        let update = sent.update
        switch self {
        case .none: return update
        case .changedBytes: return update.with(bundle: changed(update.bundle, by: parameters))
        case .signedContent, .signedGroupInfo:
            return resigned(update, by: parameters, in: room) ?? update
        case .otherSource:
            let sources = ["a.example", "b.example", "c.example", ""]
            return RoomUpdate(
                from: sources[Int(parameters.first ?? 0) % sources.count], update.bundle)
        case .earlier:
            guard !earlier.isEmpty else { return update }
            return earlier[Int(parameters.first ?? 0) % earlier.count]
        case .spliced, .moreProposals:
            return joined(update, other.update) ?? update
        case .ownBytes: return update.with(bundle: parameters)
        }
    }

    /// `struct { uint16 place; uint8 value; } changes[…]`
    private func changed(_ bytes: [UInt8], by parameters: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return bytes }
        var bytes = bytes
        for start in stride(from: 0, to: parameters.count - 2, by: 3) {
            let place = Int(parameters[start]) << 8 | Int(parameters[start + 1])
            bytes[place % bytes.count] = parameters[start + 2]
        }
        return bytes
    }

    /// Changes what is signed and signs it with the sender's own key.
    private func resigned(
        _ update: RoomUpdate, by parameters: [UInt8], in room: MIMIRoom
    ) -> RoomUpdate? {
        guard let bundle = try? HandshakeBundle(parsing: update.bundle),
            case .publicMessage(var message) = bundle.message,
            let client = Self.sender(of: message, in: room)
        else { return nil }
        var rest = bundle.rest
        if self == .signedContent {
            guard
                let content = try? FramedContent(
                    parsing: changed(message.content.encoded, by: parameters)),
                content.body.type == message.content.body.type,
                let signature = try? client.sign(
                    "FramedContentTBS",
                    content.toBeSigned(
                        wireFormat: .publicMessage, context: room.group.context.encoded))
            else { return nil }
            message.content = content
            message.auth.signature = signature
            if case .member = content.sender {} else { message.membershipTag = nil }
        } else {
            guard case .commit(let welcome, .full(let info), let tree) = rest,
                var other = try? GroupInfo(parsing: changed(info.encoded, by: parameters)),
                let signature = try? client.sign("GroupInfoTBS", other.toBeSigned)
            else { return nil }
            other.signature = signature
            rest = .commit(welcome, .full(other), tree)
        }
        return update.with(bundle: HandshakeBundle(.publicMessage(message), rest).encoded)
    }

    private static func sender(of message: PublicMessage, in room: MIMIRoom) -> Client? {
        let credential: Credential?
        switch (message.content.sender, message.content.body) {
        case (.member(let leaf), _): credential = room.group.tree.leaf(at: leaf)?.credential
        case (.newMemberCommit, .commit(let commit)):
            credential = commit.path?.leafNode.credential
        default: credential = nil
        }
        guard case .basic(let identity)? = credential,
            let hash = identity.lastIndex(of: UInt8(ascii: "#"))
        else { return nil }
        return try? Clubhouse.client(String(decoding: identity[(hash + 1)...], as: UTF8.self))
    }

    private func joined(_ update: RoomUpdate, _ other: RoomUpdate) -> RoomUpdate? {
        guard let first = try? HandshakeBundle(parsing: update.bundle),
            let second = try? HandshakeBundle(parsing: other.bundle)
        else { return nil }
        switch (self, first.rest, second.rest) {
        case (.moreProposals, .proposals(let more), .proposals(let others)):
            return update.with(
                bundle: HandshakeBundle(
                    first.message, .proposals(more + [second.message] + others)
                ).encoded)
        default:
            return update.with(bundle: first.message.encoded + second.rest.encoded)
        }
    }

    /// Each damage to each valid update, and some sequences.
    static var seeds: [[UInt8]] {
        let parameters: [UInt8] = [9, 0, 40, 1, 1, 20, 2, 0, 3, 1]
        var seeds: [[UInt8]] = []
        for move in RoomMove.allCases {
            for damage in allCases {
                seeds.append([RoomMove.emptyCommit.rawValue, 0, 0, move.rawValue, damage.rawValue])
                seeds[seeds.count - 1] += parameters
            }
            for second in RoomMove.allCases {
                seeds.append([move.rawValue, 0, 0, second.rawValue, 0, 0])
            }
        }
        return seeds
    }
}

extension RoomUpdate {
    fileprivate func with(bundle: [UInt8]) -> RoomUpdate {
        RoomUpdate(from: source.description, bundle, codeRole: codeRole, authority: authority)
    }
}

extension HandshakeBundle.Rest {
    /// As it stands in a bundle.
    fileprivate var encoded: [UInt8] {
        var writer = Writer()
        switch self {
        case .commit(let welcome, let groupInfo, let tree):
            writer.write(optional: welcome)
            groupInfo.write(to: &writer)
            tree.write(to: &writer)
        case .proposals(let more): writer.write(list: more)
        }
        return writer.bytes
    }
}
