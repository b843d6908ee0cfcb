import EndpointMessages
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// Decides about updates. What a decision reads is the state, the update, and its parameters.
extension MIMIRoom {
    /// `now` is in milliseconds since the Unix epoch; nil leaves out lifetimes. `parents` are the rooms
    /// that are, or might become, the parent. The state is not changed: that is for
    /// ``apply(_:)`` with the events of an accepted update.
    package func decide(
        _ update: RoomUpdate, now: UInt64?, parents: ParentRooms = []
    ) -> Decision {
        Decision { () throws(Refusal) in
            let bundle = if let read = update.read { read } else { try Self.read(update.bundle) }
            try checkOpen("update")
            try checkRestrictedCommitter(bundle.message)
            let handshake = try group.authenticate(bundle.message, profile)
            let actor = try actor(of: handshake, update)
            let trial = Trial(
                room: self, update: update, actor: actor, now: now, judge: judge(parents),
                parents: parents)
            switch bundle.rest {
            case .commit(let welcome, let groupInfo, let tree):
                return try trial.decide(
                    commit: handshake,
                    CommitCompanions(welcome: welcome, groupInfo: groupInfo, tree: tree))
            case .proposals(let more):
                return try trial.decide(proposals: handshake, more)
            }
        }
    }

    private static func read(_ bytes: [UInt8]) throws(Refusal) -> HandshakeBundle {
        do {
            return try HandshakeBundle(parsing: bytes)
        } catch {
            throw Refusal(
                .canonicalEncoding, "update", expected: "a HandshakeBundle",
                found: error.description)
        }
    }

    // MARK: F-0, A-9

    /// Who sent a handshake; refuses one that another provider's user sent.
    func actor(
        of handshake: AuthenticatedHandshake, _ update: RoomUpdate
    ) throws(Refusal) -> Actor {
        let credential: Credential
        let kind: Actor.Kind
        switch handshake.sender {
        case .member(let leaf):
            guard let member = group.tree.leaf(at: leaf) else {
                preconditionFailure("an authenticated sender that is no member")
            }
            (credential, kind) = (member.credential, .member)
        case .external(let index):
            let sender = group.extensions.externalSenders[Int(index)]
            let isHub = isHub(sender)
            (credential, kind) = (sender.credential, .external(isHub: isHub))
        case .newMemberProposal:
            guard case .add(let keyPackage) = handshake.proposal else {
                preconditionFailure("new_member_proposal is an Add")
            }
            (credential, kind) = (keyPackage.leafNode.credential, .applicant)
        case .newMemberCommit:
            guard let path = handshake.commit?.path else {
                preconditionFailure("new_member_commit has a path")
            }
            (credential, kind) = (path.leafNode.credential, .joiner)
        }
        let user = user(of: credential)
        try checkSource(of: credential, user, kind, update)
        return Actor(kind, user: user, credential: credential, codeRole: update.codeRole)
    }

    private func checkSource(
        of credential: Credential, _ user: [UInt8]?, _ kind: Actor.Kind, _ update: RoomUpdate
    ) throws(Refusal) {
        let domain: String?
        if case .external = kind {
            // The credential of a provider is its URI.
            if case .basic(let identity) = credential {
                domain = MIMIURI(identity)?.domain
            } else {
                domain = nil
            }
        } else {
            guard let user else {
                throw Refusal(
                    .credential, "sender", expected: "a credential that names a user and client",
                    found: "another")
            }
            domain = MIMIURI(user)?.domain
        }
        try profile.enforcement.require(
            .sourceProvider, domain == update.source.description, "update",
            expected: "a sender of \(update.source)", found: domain ?? "none")
    }
}
