import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import TestSupport
import Testing

/// A group of real members, someone outside who follows it, and chance, which decides who does what.
///
/// Whatever happens follows from the seed. After each commit all members and the one outside must
/// agree.
struct World {
    let suite: CipherSuite
    let profile = GroupProfile.plain
    private let seed: UInt64
    private var chance: SplitMix64
    private(set) var members: [Member] = []
    /// The group as a hub sees it.
    private(set) var outside: RoomState
    /// Clients that were members, and may come back.
    private var former: [Client] = []
    private var clientCount = 0
    private var pskCount: UInt64 = 0
    private var psks = PreSharedKeys()
    /// Leaves that a waiting proposal changes.
    private var changing = Set<UInt32>()
    /// Key packages that a waiting proposal adds.
    private var arriving: [OwnKeyPackage] = []
    /// The SelfRemoves that wait, which a joiner must know.
    private var selfRemoves: [MLSMessage] = []
    private(set) var counts: [String: Int] = [:]

    /// A group of one.
    init(_ suite: CipherSuite, seed: UInt64) throws {
        self.suite = suite
        self.seed = seed
        chance = SplitMix64(state: seed)
        let random = SeededRandom(seed: seed, name: "client 0")
        let creator = try Client(suite, .basic(identity: Array("client 0".utf8)), random)
        let member = try Member.create(
            groupID: Array("world \(seed)".utf8), by: creator, profile, random)
        let genesis = GroupGenesis(
            groupInfo: MLSMessage.groupInfo(try member.groupInfo()).encoded,
            tree: member.group.tree.exchanged.encoded)
        outside = try RoomState(
            startingWith: RoomState.decide(genesis, profile).events[0], profile)
        members = [member]
        clientCount = 1
    }

    // MARK: Chance

    mutating func roll(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &chance) }

    private mutating func source(_ name: String) -> SeededRandom {
        SeededRandom(seed: seed, name: "\(name) \(chance.next())")
    }

    /// The place of a member whose leaf no proposal changes.
    private mutating func pickUnchanged() -> Int? {
        members.indices.filter { !changing.contains(members[$0].leafIndex) }
            .randomElement(using: &chance)
    }

    private mutating func newcomer() throws -> Client {
        if roll(4) == 0, let place = former.indices.randomElement(using: &chance) {
            return former.remove(at: place)
        }
        let name = "client \(clientCount)"
        clientCount += 1
        return try Client(suite, .basic(identity: Array(name.utf8)), source(name))
    }

    private mutating func rotated(_ client: Client) throws -> Client {
        try client.rotated(client.credential, source("rotated"))
    }

    private mutating func count(_ what: String) { counts[what, default: 0] += 1 }

    // MARK: Proposals by reference

    /// One proposal by someone, which everyone takes.
    mutating func propose() throws {
        guard let proposer = members.indices.randomElement(using: &chance) else { return }
        switch roll(8) {
        case 0, 1:
            let own = try newcomer().keyPackage(.unlimited, source("key package"))
            arriving.append(own)
            try send("add", .add(own.keyPackage), by: proposer)
        case 2, 3:
            guard let place = pickUnchanged() else { return }
            changing.insert(members[place].leafIndex)
            let identity = roll(2) == 0 ? try rotated(members[place].client) : nil
            let made = try members[place].proposeUpdate(as: identity)
            try deliver("update", made, by: place)
        case 4:
            guard members.count > 4, let place = pickUnchanged(), place != proposer else { return }
            changing.insert(members[place].leafIndex)
            try send("remove", .remove(leaf: members[place].leafIndex), by: proposer)
        case 5:
            guard members.count > 4, let place = pickUnchanged() else { return }
            changing.insert(members[place].leafIndex)
            try send("self_remove", .selfRemove, by: place)
        case 6:
            try send("psk", .psk(externalPSK()), by: proposer)
        default:
            let update = AppDataUpdate(
                ComponentID(0x8000 + UInt16(roll(4))), .update([UInt8(roll(256))]))
            try send("app_data_update", .appDataUpdate(update), by: proposer)
        }
    }

    private mutating func externalPSK() throws -> PreSharedKeyID {
        pskCount += 1
        let key = PreSharedKeyID.Key.external(id: pskCount.encoded)
        let secret = try source("psk").bytes(32)
        psks.add(secret, as: key)
        for place in members.indices { members[place].psks.add(secret, as: key) }
        return PreSharedKeyID(key: key, nonce: try source("nonce").bytes(suite.hash.size))
    }

    private mutating func send(_ what: String, _ proposal: Proposal, by place: Int) throws {
        try deliver(what, try members[place].propose(proposal), by: place)
    }

    private mutating func deliver(_ what: String, _ made: MadeProposal, by proposer: Int) throws {
        count("\(what) by reference")
        for place in members.indices where place != proposer {
            let received = try members[place].process(made.message)
            #expect(received == .proposal(reference: made.reference))
        }
        try members[proposer].accept(made)
        try follow(made.message)
    }

    // MARK: Commits

    /// A commit by a member that stays, with all that waits and perhaps more; it brings the group
    /// nearer to a size.
    mutating func commit(towards size: Int) throws {
        guard let committer = pickUnchanged() else { return try externalCommit() }
        var options = CommitOptions()
        for _ in 0..<roll(5) where members.count + arriving.count < size {
            let own = try newcomer().keyPackage(
                .unlimited, isLastResort: roll(4) == 0, source("key package"))
            arriving.append(own)
            options.proposals.append(.add(own.keyPackage))
        }
        let others = members.indices.filter {
            $0 != committer && !changing.contains(members[$0].leafIndex)
        }.shuffled(using: &chance)
        let excess = max(members.count - changing.count - size, 0)
        for place in others.prefix(min(roll(5), excess)) {
            options.proposals.append(.remove(leaf: members[place].leafIndex))
        }
        if roll(6) == 0 { options.proposals.append(.psk(try externalPSK())) }
        if arriving.isEmpty, roll(6) == 0 {
            options.proposals.append(.psk(try resumptionPSK(of: committer)))
            count("resumption psk")
        }
        if roll(10) == 0 { options.proposals.append(.groupContextExtensions(newExtensions())) }
        if roll(6) == 0 { options.identity = try rotated(members[committer].client) }
        options.path = roll(3) == 0 ? nil : true
        options.treeInWelcome = roll(2) == 0
        for proposal in options.proposals { count("\(proposal.type.name) inline") }
        let made = try members[committer].commit(options)
        if case .publicMessage(let message) = made.message,
            case .commit(let commit) = message.content.body, commit.path == nil
        {
            count("commit without path")
        }
        try deliver(made, by: committer, hasTree: options.treeInWelcome)
    }

    private func resumptionPSK(of place: Int) throws -> PreSharedKeyID {
        let context = members[place].group.context
        return PreSharedKeyID(
            key: .resumption(usage: .application, groupID: context.groupID, epoch: context.epoch),
            nonce: suite.zeroSecret)
    }

    /// The group's extensions with other required capabilities.
    private mutating func newExtensions() -> [Extension] {
        let required = RequiredCapabilities(
            proposals: roll(2) == 0 ? [.selfRemove] : [.appEphemeral])
        return outside.group.context.extensions.setting(
            .requiredCapabilities, to: required.encoded)
    }

    /// Someone joins by an external commit: a newcomer, or a member that lost its state.
    mutating func externalCommit() throws {
        var options = CommitOptions()
        var client: Client
        let lost = roll(2) == 0 ? pickUnchanged() : nil
        if let lost {
            client = members[lost].client
            if roll(2) == 0 { client = try rotated(client) }
            options.proposals = [.remove(leaf: members[lost].leafIndex)]
            count("resync")
        } else {
            client = try newcomer()
            count("external join")
        }
        let helper = members[roll(members.count)]
        let withTree = roll(2) == 0
        var joiner = try ExternalJoiner(
            client, helper.groupInfo(withTree: withTree),
            tree: withTree ? nil : helper.group.tree.exchanged, psks: psks, profile,
            source("joiner"))
        for message in selfRemoves { try joiner.take(message) }
        let made = try joiner.commit(options)
        // Its older self is gone before the commit arrives; what it had proposed stays.
        if let lost { members.remove(at: lost) }
        try deliver(made, by: nil, hasTree: true)
    }

    private mutating func deliver(
        _ made: MadeCommit, by committer: Int?, hasTree: Bool
    ) throws {
        var next: [Member] = []
        let before = members
        for (place, var member) in before.enumerated() where place != committer {
            switch try member.process(made.message) {
            case .commit(let index):
                #expect(index == made.next.leafIndex)
                next.append(member)
            case .removal:
                former.append(member.client)
            default:
                Issue.record("a commit that is none")
            }
        }
        next.append(made.next)
        if let welcome = made.welcome {
            let references = Set(welcome.secrets.map(\.newMember))
            for own in arriving where references.contains(own.reference) {
                let opened = try OpenedWelcome(welcome, with: own, psks: psks)
                next.append(
                    try .join(
                        opened, tree: hasTree ? nil : made.next.group.tree.exchanged, profile,
                        source("joined")))
            }
        }
        try follow(
            made.message, welcome: made.welcome, groupInfo: made.groupInfo,
            tree: made.next.group.tree.exchanged)
        members = next
        changing = []
        arriving = []
        selfRemoves = []
        try checkAgreement()
    }

    // MARK: The one outside

    private mutating func follow(
        _ message: MLSMessage, welcome: Welcome? = nil, groupInfo: GroupInfo? = nil,
        tree: RatchetTreeNodes? = nil
    ) throws {
        let input = GroupHandshake(
            message: message.encoded, welcome: welcome.map { MLSMessage.welcome($0).encoded },
            groupInfo: groupInfo.map { MLSMessage.groupInfo($0).encoded }, tree: tree?.encoded)
        for event in try outside.decide(input, now: Fixtures.now, profile).events {
            try outside.apply(event, profile)
        }
        if case .publicMessage(let content) = message,
            content.content.body == .proposal(.selfRemove)
        {
            selfRemoves.append(message)
        }
    }

    private mutating func checkAgreement() throws {
        let context = outside.group.context
        let first = members[0]
        for member in members {
            #expect(member.group.context == context)
            #expect(member.group.interimTranscriptHash == outside.group.interimTranscriptHash)
            #expect(member.epochAuthenticator == first.epochAuthenticator)
            let leaf = member.group.tree.leaf(at: member.leafIndex)
            #expect(leaf?.encryptionKey == member.keys.leafKey.publicKey)
            #expect(leaf?.signatureKey == member.client.signatureKey)
        }
        // Every message opens at everyone else.
        let sender = roll(members.count)
        let message = try members[sender].encrypt([1, 2, 3], padding: roll(40))
        let expected = Received.application(
            [1, 2, 3], from: members[sender].leafIndex, authenticatedData: [])
        for place in members.indices where place != sender {
            #expect(try members[place].process(message) == expected)
        }
    }
}
