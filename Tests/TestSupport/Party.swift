import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage

/// Members of one small group, with a fixed seed.
package struct Party {
    package let suite: CipherSuite
    package let profile: GroupProfile
    package var members: [Member]

    /// Groups of the given size; the first member adds all others at once.
    package init(
        _ suite: CipherSuite = .x25519Aes128, size: Int = 3, extensions: [Extension] = [],
        profile: GroupProfile = .plain, name: String = "party",
        edit: (inout Client) -> Void = { _ in }
    ) throws {
        self.suite = suite
        self.profile = profile
        let creator = try Party.client("\(name) 0", suite, edit)
        members = [
            try .create(
                groupID: Array(name.utf8), by: creator, extensions: extensions, profile,
                SeededRandom(seed: 0, name: "\(name) 0"))
        ]
        guard size > 1 else { return }
        try admit(try (1..<size).map { try Party.client("\(name) \($0)", suite, edit) })
    }

    package static func client(
        _ name: String, _ suite: CipherSuite, _ edit: (inout Client) -> Void = { _ in }
    ) throws -> Client {
        var client = try Client(
            suite, .basic(identity: Array(name.utf8)), SeededRandom(seed: 1, name: name))
        edit(&client)
        return client
    }

    package static func keyPackage(_ client: Client, isLastResort: Bool = false) throws
        -> OwnKeyPackage
    {
        try client.keyPackage(
            .unlimited, isLastResort: isLastResort, SeededRandom(seed: 2, name: "\(client)"))
    }

    /// The first member adds clients; they join.
    package mutating func admit(_ clients: [Client], _ more: [Proposal] = []) throws {
        let packages = try clients.map { try Party.keyPackage($0) }
        let made = try members[0].commit(
            CommitOptions(packages.map { .add($0.keyPackage) } + more))
        try accept(made, by: 0)
        guard let welcome = made.welcome else { return }
        for own in packages {
            let opened = try OpenedWelcome(welcome, with: own, psks: members[0].psks)
            members.append(
                try .join(opened, profile, SeededRandom(seed: 3, name: "\(own.reference)")))
        }
    }

    /// Everyone takes a commit of one of them.
    package mutating func accept(_ made: MadeCommit, by committer: Int) throws {
        for place in members.indices where place != committer {
            _ = try members[place].process(made.message)
        }
        members[committer] = made.next
    }

    /// Everyone takes a proposal of one of them.
    package mutating func accept(_ made: MadeProposal, by proposer: Int) throws {
        for place in members.indices where place != proposer {
            _ = try members[place].process(made.message)
        }
        try members[proposer].accept(made)
    }

    package var agrees: Bool {
        members.allSatisfy {
            $0.group.context == members[0].group.context
                && $0.epochAuthenticator == members[0].epochAuthenticator
        }
    }
}
