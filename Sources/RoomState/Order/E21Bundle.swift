import MLSPublicGroup
import RuleBook

/// E-21: a proposal and those that come with it are all proposals, and of one sender (H-44).
extension Trial {
    func checkBundle(_ handshakes: [AuthenticatedHandshake]) throws(Refusal) {
        let other = handshakes.first {
            $0.proposal == nil || $0.sender != handshakes.first?.sender
        }
        try rules.require(
            .bundle, other == nil, "more_proposals", expected: "proposals of one sender",
            found: other.map { $0.proposal == nil ? "a commit" : $0.sender.name } ?? "")
    }
}
