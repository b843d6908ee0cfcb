import EndpointMessages
import PresentationLanguage
import RoomState

extension RoomUpdate {
    /// A supplied tree was the one that the commit made, and is not kept.
    var withoutEmptyTree: RoomUpdate {
        guard let parsed = try? HandshakeBundle(parsing: bundle),
            case .commit(let welcome, let groupInfo, .full(let tree)) = parsed.rest,
            tree.nodes.isEmpty
        else { return self }
        let again = HandshakeBundle(
            parsed.message, .commit(welcome, groupInfo, .distributionService))
        return RoomUpdate(
            from: source.description, again.encoded, codeRole: codeRole, authority: authority,
            parents: parents)
    }
}
