import Foundation
import MLSCrypto
import MLSMember
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import TestSupport
import Testing

/// A group in which members of this project and mls-rs clients meet, with someone outside.
struct Meeting {
    let suite = CipherSuite.x25519Aes128
    let profile = GroupProfile.plain
    let random = SystemRandom()
    var ours: [String: Member] = [:]
    var theirs: [String: MLSRSClient] = [:]
    /// From when on a member of ours is there.
    private(set) var outside: RoomState?
    private(set) var commits = 0

    static let lifetime = Lifetime(
        notBefore: UInt64(Date.now.timeIntervalSince1970) - 3600,
        notAfter: UInt64(Date.now.timeIntervalSince1970) + 3600)

    func client(_ name: String) throws -> Client {
        try Client(suite, .basic(identity: Array(name.utf8)), random)
    }

    mutating func watch(_ groupInfo: GroupInfo, _ tree: RatchetTreeNodes) throws {
        let genesis = GroupGenesis(
            groupInfo: MLSMessage.groupInfo(groupInfo).encoded, tree: tree.encoded)
        outside = try RoomState(
            startingWith: RoomState.decide(genesis, profile).events[0], profile)
    }

    /// Everyone but its sender takes a proposal.
    mutating func deliver(proposal: MLSMessage, from sender: String) throws {
        for name in ours.keys.sorted() where name != sender {
            guard case .proposal = try ours[name]!.process(proposal) else {
                Issue.record("not a proposal to \(name)")
                return
            }
        }
        for (name, client) in theirs where name != sender {
            #expect(try client.process(proposal).kind == "proposal")
        }
        try follow(proposal)
    }

    /// Everyone takes a commit, its sender too; `leaving` are those that it removes.
    mutating func deliver(
        commit: MLSMessage, welcome: Welcome? = nil, from sender: String, next: Member? = nil,
        leaving: Set<String> = []
    ) throws {
        for name in ours.keys.sorted() where name != sender || next == nil {
            let received = try ours[name]!.process(commit)
            if leaving.contains(name) {
                #expect(received == .removal)
                ours[name] = nil
            }
        }
        if let next { ours[sender] = next }
        for name in theirs.keys.sorted() {
            let kind = try theirs[name]!.process(commit).kind
            #expect(kind == (leaving.contains(name) ? "removal" : "commit"))
            if leaving.contains(name) { theirs[name] = nil }
        }
        try follow(commit, welcome)
        commits += 1
    }

    private mutating func follow(_ message: MLSMessage, _ welcome: Welcome? = nil) throws {
        guard var state = outside else { return }
        let input = GroupHandshake(
            message: message.encoded, welcome: welcome.map { MLSMessage.welcome($0).encoded })
        let now = UInt64(Date.now.timeIntervalSince1970 * 1000)
        for event in try state.decide(input, now: now, profile).events {
            try state.apply(event, profile)
        }
        outside = state
    }

    // MARK: Commits

    /// A member of ours commits.
    mutating func commit(
        by name: String, _ options: CommitOptions = CommitOptions(), leaving: Set<String> = []
    ) throws -> MadeCommit {
        let made = try ours[name]!.commit(options)
        try deliver(
            commit: made.message, welcome: made.welcome, from: name, next: made.next,
            leaving: leaving)
        return made
    }

    /// One of ours joins by a Welcome of theirs.
    mutating func join(
        _ own: OwnKeyPackage, as name: String, _ welcome: Welcome?, tree: RatchetTreeNodes?
    ) throws {
        let opened = try OpenedWelcome(#require(welcome), with: own)
        let member = try Member.join(opened, tree: tree, profile, random)
        ours[name] = member
        if outside == nil { try watch(opened.groupInfo, member.group.tree.exchanged) }
    }

    // MARK: Agreement

    /// The same secrets, tree and context everywhere, and application data both ways.
    mutating func checkAgreement() throws {
        let names = ours.keys.sorted()
        let first = try #require(ours[names[0]])
        let label = "interop"
        let context: [UInt8] = [1, 2, 3]
        let secret = try first.export(label: label, context: context, length: 32)
        for name in names {
            #expect(ours[name]?.group.context == first.group.context)
            #expect(try ours[name]?.export(label: label, context: context, length: 32) == secret)
        }
        for client in theirs.values {
            #expect(try client.export(label: label, context: context, length: 32) == secret)
            #expect(try client.tree() == first.group.tree.exchanged)
        }
        #expect(outside?.group.context == first.group.context)
        try exchange(names)
    }

    private mutating func exchange(_ names: [String]) throws {
        for sender in names {
            let data = Array("from \(sender)".utf8)
            let message = try ours[sender]!.encrypt(data, padding: 5)
            for client in theirs.values {
                let received = try client.process(message, writer: sender)
                #expect(received.kind == "application" && received.data == data)
            }
            for name in names where name != sender { try expect(data, at: name, message) }
        }
        for (sender, client) in theirs {
            let data = Array("from \(sender)".utf8)
            let message = try client.encrypt(data)
            for name in names { try expect(data, at: name, message) }
            for (name, other) in theirs where name != sender {
                #expect(try other.process(message, writer: sender).data == data)
            }
        }
    }

    private mutating func expect(_ data: [UInt8], at name: String, _ message: MLSMessage) throws {
        guard case .application(let found, _, _) = try ours[name]!.process(message) else {
            Issue.record("no application data at \(name)")
            return
        }
        #expect(found == data)
    }
}
