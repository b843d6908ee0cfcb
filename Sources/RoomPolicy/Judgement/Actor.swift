import MLSMessages

/// Who acts on a room (F-0).
package struct Actor: Sendable {
    package enum Kind: Hashable, Sendable {
        /// A client that is a member of the group.
        case member
        /// A client that joins by an external commit.
        case joiner
        /// A client that proposes to be added.
        case applicant
        /// An entry of `external_senders`; `isHub` where it is this hub.
        case external(isHub: Bool)
    }

    package let kind: Kind
    /// Nil for an external sender that is no user.
    package let user: [UInt8]?
    package let credential: Credential
    /// The role that a join code gives a joiner.
    package let codeRole: UInt32?

    package init(
        _ kind: Kind, user: [UInt8]?, credential: Credential, codeRole: UInt32? = nil
    ) {
        self.kind = kind
        self.user = user
        self.credential = credential
        self.codeRole = codeRole
    }

    package var name: String {
        switch kind {
        case .member, .joiner, .applicant: user.map { text($0) } ?? "a stranger"
        case .external(isHub: true): "the hub"
        case .external(isHub: false): user.map { text($0) } ?? "an external sender"
        }
    }
}

/// Tells whether a credential makes a claim (F-1). Each credential type has a matcher of its own; a
/// claim about a type without one never matches (H-13).
package protocol ClaimMatcher: Sendable {
    func matches(_ claim: Claim, _ credential: Credential) -> Bool
}

extension RoomPolicy {
    /// The role that preauthorization gives to a credential: that of the first entry of which every
    /// claim matches; nil where there is none (F-1). Who changes their own role passes over the entries
    /// of role 0 (F-22).
    package func preauthorizedRole(
        of credential: Credential, _ matchers: [CredentialType: any ClaimMatcher],
        orNobody: Bool = true
    ) -> UInt32? {
        preauth.entries.first { entry in
            !entry.claims.isEmpty && (orNobody || entry.target.index != Role.nobody)
                && entry.claims.allSatisfy { claim in
                    claim.credentialType == credential.type
                        && matchers[claim.credentialType]?.matches(claim, credential) ?? false
                }
        }?.target.index
    }
}
