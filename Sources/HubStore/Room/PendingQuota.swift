import MLSMessages
import RoomPolicy
import RoomState

/// What may wait in a room: of all together, of one provider, and of one user, so that nobody fills a room
/// alone. Removals may be twice as many.
struct PendingQuota {
    let limits: HubConfiguration.Limits
    let room: MIMIRoom
    let waiting: [WaitingProposal]

    /// Why the proposals of one sender are too many, if they are; `size` is that of their update.
    func excess(of messages: [MLSMessage], size: Int) -> HubRefusal? {
        let reserve = messages.allSatisfy(\.takesOut) ? 2 : 1
        let origin = messages.first.flatMap(room.origin)
        let shares = [
            ("", limits.pendingProposals, waiting),
            (
                " of a provider", limits.pendingOfProvider,
                waiting.filter { $0.origin?.domain == origin?.domain }
            ),
            (" of a user", limits.pendingOfUser, waiting.filter { $0.origin == origin }),
        ]
        for (whose, most, those) in shares {
            let most = reserve * min(most, limits.pendingProposals)
            // Bytes are shared out as proposals are; the product may take more than one word.
            let mostBytes = max(limits.pendingProposals, 1).dividingFullWidth(
                limits.pendingSize.multipliedFullWidth(by: most)
            ).quotient
            let count = those.count + messages.count
            let bytes = those.reduce(size) { $0 + $1.size }
            guard count > most || bytes > mostBytes else { continue }
            return HubRefusal(
                .notAllowed, rule: .quota, item: "pending proposals\(whose)",
                expected: "at most \(most) of \(mostBytes) bytes",
                found: "\(count) of \(bytes) bytes")
        }
        return nil
    }
}

extension MIMIRoom {
    /// The user that a handshake is from, or the provider; it says so itself.
    func origin(of message: MLSMessage) -> MIMIURI? {
        guard case .publicMessage(let message) = message else { return nil }
        switch (message.content.sender, message.content.body) {
        case (.member(let leaf), _): return user(ofLeaf: leaf).flatMap { MIMIURI($0) }
        case (.external(let index), _):
            let senders = group.extensions.externalSenders
            guard Int(index) < senders.count,
                case .basic(let identity) = senders[Int(index)].credential
            else { return nil }
            return MIMIURI(identity)
        case (.newMemberProposal, .proposal(.add(let package))):
            return user(of: package.leafNode.credential).flatMap { MIMIURI($0) }
        default: return nil
        }
    }
}

extension MLSMessage {
    /// Whether it proposes that a client goes; a list update may be beside it.
    fileprivate var takesOut: Bool {
        guard case .publicMessage(let message) = self,
            case .proposal(let proposal) = message.content.body
        else { return false }
        switch proposal {
        case .remove, .selfRemove: return true
        case .appDataUpdate(let update):
            guard update.component == .participantList,
                case .update(let payload) = update.operation,
                let list = try? ParticipantListUpdate(parsing: payload)
            else { return false }
            return list.added.isEmpty && list.changed.allSatisfy { $0.role <= Role.banned }
        default: return false
        }
    }
}
