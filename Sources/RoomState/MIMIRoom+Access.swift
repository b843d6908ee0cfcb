import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomPolicy
import RuleBook

/// Who may have the room's GroupInfo, which lets a client join by itself (G-6).
extension MIMIRoom {
    /// Refuses a client that could not join; `codeRole` is the role of the join code that it gave,
    /// if it is valid. Of several ways in, each must be closed.
    package func judge(
        access credential: Credential, of source: Text, codeRole: UInt32?
    ) throws(AccessRefusal) {
        let rules = profile.enforcement
        if isClosed { throw AccessRefusal("a closed room", [.roomClosed]) }
        if group.reInit != nil { throw AccessRefusal("a group that is over", [.reInitialized]) }
        if committed.operational?.allowsExternalCommits == false {
            throw AccessRefusal("a room without external commits", [.defaultDeny])
        }
        guard let user = user(of: credential) else {
            throw AccessRefusal("a credential that names no user and client", [.credential])
        }
        let domain = MIMIURI(user)?.domain
        if rules.holds(.sourceProvider), domain != source.description {
            throw AccessRefusal("a user of \(domain ?? "")", [.sourceProvider])
        }
        guard rules.holds(.groupInfoRequest) else { return }
        if isRestricted(user) {
            throw AccessRefusal("a user who is being removed", [.restricted])
        }
        let role = effective.role(of: user)
        switch role.index {
        case Role.banned:
            throw AccessRefusal("a banned user", [.userBeforeClients])
        case Role.nobody:
            try checkStranger(credential, codeRole)
        default:
            if rules.holds(.addOwnClient), !role.has(.canAddOwnClient) {
                throw AccessRefusal("a role without canAddOwnClient", [.addOwnClient])
            }
        }
    }

    /// F-14, F-15 and F-17, as far as they don't depend on the role that the joiner will ask for.
    private func checkStranger(
        _ credential: Credential, _ codeRole: UInt32?
    ) throws(AccessRefusal) {
        if effective.base.isFixedMembership {
            throw AccessRefusal("a stranger to a fixed membership", [.fixedMembership])
        }
        let nobody = effective.role(Role.nobody)
        if nobody.has(.canOpenJoin) { return }
        if let role = effective.preauthorizedRole(of: credential, services.matchers),
            effective.role(role).has(.canJoinIfPreauthorized)
        {
            return
        }
        if let codeRole,
            nobody.has(.canUseJoinCode) || effective.role(codeRole).has(.canUseJoinCode)
        {
            return
        }
        throw AccessRefusal("a stranger", [.openJoin, .preauthorizedJoin, .joinCode])
    }
}

/// Why a client does not get the GroupInfo.
package struct AccessRefusal: Error, Hashable, Sendable {
    package let found: String
    /// The rules by which the client could not join, either.
    package let rules: [Rule]

    package init(_ found: String, _ rules: [Rule]) {
        self.found = found
        self.rules = rules
    }
}
