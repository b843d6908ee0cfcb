import Foundation
import HubStore
import MLSCrypto
import MLSMember
import MLSMessages
import PresentationLanguage
import RoomPolicy
import TestSupport
import Testing

/// The hub as an embedder meets it, with real members who send.
@Suite struct HubTests {
    private static let room = Clubhouse.uri.description

    /// A hub whose clock advances by a second with every look.
    private func open(_ path: String) throws -> Hub {
        let key = try HubSigningKey(cipherSuite: 1, privateKey: SHA256.hash([1]).bytes)
        let ticks = Ticks()
        return try Hub.open(
            at: path,
            HubConfiguration(domain: "a.example", signingKeys: [key], clock: { ticks.next() }))
    }

    private func creation(_ founding: Clubhouse.Founding) throws -> RoomCreation {
        let genesis = try founding.make().genesis
        return RoomCreation(
            room: Self.room, groupInfo: genesis.groupInfo, ratchetTree: genesis.tree ?? [])
    }

    private func found(_ hub: Hub) async throws -> Clubhouse {
        guard case .created(let summary) = try await hub.create(creation(Clubhouse.Founding()))
        else { throw Disagreement("the room is not created") }
        let house = try Clubhouse()
        #expect(summary.stateHash == house.room.stateHash.description)
        return house
    }

    /// Sends an update to the hub and to the clubhouse, which must agree.
    private func send(
        _ sent: Clubhouse.Sent, by name: String, to hub: Hub, _ house: inout Clubhouse
    ) async throws -> UpdateAnswer {
        let answer = try await hub.update(
            Self.room, from: sent.update.source.description, sent.update.bundle)
        let refusal = try house.submit(sent, by: name)
        switch answer.outcome {
        case .accepted: #expect(refusal == nil)
        case .refused(let refused): #expect(refused.rule == refusal?.rule.description)
        }
        let summary = try #require(try await hub.summary(of: Self.room))
        #expect(summary.stateHash == house.room.stateHash.description)
        return answer
    }

    @Test func aRoomsLife() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            var house = try await found(hub)
            let bob = try Clubhouse.keyPackage("bob1").keyPackage
            let invite = CommitOptions([house.changing([("bob", 2)]), .add(bob)])
            let first = try house.committing(by: "alice1", invite)
            let answer = try await send(first, by: "alice1", to: hub, &house)
            guard case .accepted(let sequence, let time) = answer.outcome else {
                Issue.record("\(answer)")
                return
            }
            #expect(sequence == 1)
            #expect(answer.body == [0, 0] + time.encoded)
            let join = try house.joining(as: "eve1", [house.changing([("eve", 4)])])
            _ = try await send(join, by: "eve1", to: hub, &house)
            let leave = try house.proposing(by: "eve1", [.selfRemove])
            _ = try await send(leave, by: "eve1", to: hub, &house)
            // A retry after a lost answer, of a commit whose epoch is long over.
            let again = try await hub.update(
                Self.room, from: "a.example", first.update.bundle)
            #expect(again == answer)

            // The same from the disk.
            await hub.close()
            hub = try open(path)
            #expect(try hub.roomURIs() == [Self.room])
            let summary = try #require(try await hub.summary(of: Self.room))
            #expect(summary.stateHash == house.room.stateHash.description)
            #expect(summary.pending == 1)
            #expect(summary.participants.map(\.user).last == "mimi://a.example/u/eve")
            #expect(
                try await hub.update(Self.room, from: "a.example", first.update.bundle) == answer)
            let commit = try house.committing(by: "alice1", CommitOptions())
            _ = try await send(commit, by: "alice1", to: hub, &house)
            await hub.close()
        }
    }

    @Test func refusals() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            var house = try await found(hub)
            func code(_ bundle: [UInt8], from provider: String = "a.example") async throws -> String
            {
                let answer = try await hub.update(Self.room, from: provider, bundle)
                guard case .refused(let refusal) = answer.outcome else { return "accepted" }
                #expect((answer.body == nil) == (refusal.code == .malformed))
                return refusal.code.rawValue
            }
            let commit = try house.committing(by: "alice1", CommitOptions())
            let bundle = commit.update.bundle
            #expect(try await code(bundle + [0]) == "malformed")
            #expect(try await code([]) == "malformed")
            #expect(try await code(bundle, from: "b.example") == "notAllowed")
            let eve = try Clubhouse.keyPackage("eve1").keyPackage
            let stray = try house.proposing(by: "alice1", [.add(eve)])
            #expect(try await code(stray.update.bundle) == "notAllowed")
            let twice = CommitOptions([
                house.changing([("eve", 2)]), .add(eve), .add(eve),
            ])
            // A member does not make such a commit.
            #expect(throws: (any Error).self) { try house.committing(by: "alice1", twice) }
            let late = try house.committing(by: "alice1", CommitOptions([]))
            _ = try await send(commit, by: "alice1", to: hub, &house)
            #expect(try await code(late.update.bundle) == "wrongEpoch")
            let next = try house.committing(by: "alice1", CommitOptions())
            _ = try await send(next, by: "alice1", to: hub, &house)
            let elsewhere = try await hub.update(
                "mimi://a.example/r/other", from: "a.example", bundle)
            guard case .refused(let refusal) = elsewhere.outcome else {
                Issue.record("a room that is not there")
                return
            }
            #expect(refusal.code == .noSuchRoom)
            await hub.close()
        }
    }

    @Test func roomsThatAreNotCreated() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            func rule(_ edit: (inout RoomCreation) -> Void) async throws -> String? {
                var creation = try creation(Clubhouse.Founding())
                edit(&creation)
                guard case .refused(let refusal) = try await hub.create(creation) else {
                    return nil
                }
                return refusal.rule
            }
            #expect(try await rule { $0.room = "mimi://a.example/u/room" } == "A-1")
            #expect(try await rule { $0.room = "mimi://b.example/r/room" } == "B-10")
            #expect(try await rule { $0.forbiddenCapabilities = ["canFly"] } == "B-11")
            #expect(try await rule { $0.forbiddenCapabilities = ["canOpenJoin"] } == "B-11")
            #expect(try await rule { $0.groupInfo = [] } == "D-1")
            #expect(try hub.roomURIs().isEmpty)
            #expect(try await rule { _ in } == nil)
            #expect(try await rule { _ in } == "A-4")
            await hub.close()
        }
    }

    /// A group is that of one room: updates of two would be each other's.
    @Test func twins() async throws {
        try await withStorePath { path in
            var hub = try open(path)
            var founding = Clubhouse.Founding()
            founding.metadata = nil
            var creation = try creation(founding)
            guard case .created = try await hub.create(creation) else {
                Issue.record("the first is not created")
                return
            }
            creation.room = "mimi://a.example/r/twin"
            for _ in 0..<2 {
                guard case .refused(let refusal) = try await hub.create(creation) else {
                    Issue.record("a twin is created")
                    return
                }
                #expect(refusal.rule == "A-4")
                await hub.close()
                hub = try open(path)
            }
            await hub.close()
        }
    }

    @Test func hubsThatAreNone() async throws {
        #expect(throws: HubError.self) { try HubSigningKey(cipherSuite: 9, privateKey: []) }
        #expect(throws: HubError.self) { try HubSigningKey(cipherSuite: 1, privateKey: [1]) }
        try await withStorePath { path in
            for domain in ["", "A.example", "a.example/r/x", "a b"] {
                #expect(throws: HubError.self) {
                    try Hub.open(at: path, HubConfiguration(domain: domain, signingKeys: []))
                }
            }
            try Data("text".utf8).write(to: URL(filePath: path))
            #expect(throws: HubError.self) { try open(path) }
        }
    }

    /// Records that are there and records that come follow each other without a gap.
    @Test func subscriptions() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            var house = try await found(hub)
            let bob = try Clubhouse.keyPackage("bob1").keyPackage
            let invite = CommitOptions([house.changing([("bob", 2)]), .add(bob)])
            let early = try house.committing(by: "alice1", invite)
            _ = try await send(early, by: "alice1", to: hub, &house)
            let readers = (0..<4).map { start in
                Task {
                    var records: [HubRecord] = []
                    for try await record in hub.records(from: UInt64(start)) {
                        records.append(record)
                        if record.sequence == 21 { break }
                    }
                    return records
                }
            }
            let patient = Task {
                for try await _ in hub.records(from: 100) {}
                return true
            }
            let cancelled = Task {
                for try await _ in hub.records(from: 100) {}
                return true
            }
            for _ in 0..<20 {
                let commit = try house.committing(by: "alice1", CommitOptions())
                _ = try await send(commit, by: "alice1", to: hub, &house)
            }
            cancelled.cancel()
            #expect(try await cancelled.value)
            for (start, reader) in readers.enumerated() {
                let records = try await reader.value
                #expect(records.map(\.sequence) == (UInt64(start)..<22).map { $0 })
            }
            let first = try await readers[0].value
            #expect(first[0].events == [.roomCreated(Self.room)])
            #expect(
                first[1].events == [
                    .committed(epoch: 1),
                    .participantAdded(user: "mimi://b.example/u/bob", role: 2),
                ])
            #expect(first[1].provider == "a.example")
            await hub.close()
            #expect(try await patient.value)
        }
    }

    /// E-4: of a hundred commits for one epoch, one is taken.
    @Test func aRaceOfAHundred() async throws {
        try await withStorePath { path in
            let hub = try open(path)
            var house = try await found(hub)
            try house.admit(
                (0..<33).map { number in
                    let name = "user-\(number)-"
                    return (name: name, role: 2, clients: (1...3).map { "\(name)\($0)" })
                })
            // The hub has not seen how they came in.
            let admission = try #require(house.admission)
            _ = try await hub.update(Self.room, from: "a.example", admission.update.bundle)
            #expect(house.members.count == 100)
            let commits = try house.members.keys.sorted().map {
                try house.committing(by: $0, CommitOptions()).update
            }
            let answers = try await withThrowingTaskGroup(of: UpdateAnswer.self) { group in
                for commit in commits {
                    group.addTask {
                        try await hub.update(
                            Self.room, from: commit.source.description, commit.bundle)
                    }
                }
                return try await group.reduce(into: [UpdateAnswer]()) { $0.append($1) }
            }
            let accepted = answers.filter {
                if case .accepted = $0.outcome { true } else { false }
            }
            #expect(accepted.count == 1)
            for case .refused(let refusal) in answers.map(\.outcome) {
                #expect(refusal.code == .wrongEpoch)
            }
            let bodies = Set(answers.filter { $0 != accepted.first }.compactMap(\.body))
            #expect(bodies.count == 1)
            #expect(bodies.first?.suffix(8) == UInt64(2).encoded.suffix(8))
            // The winner's retry gets its first answer.
            for commit in commits {
                let again = try await hub.update(
                    Self.room, from: commit.source.description, commit.bundle)
                if case .accepted = again.outcome { #expect(again == accepted.first) }
            }
            await hub.close()
        }
    }
}

/// A clock that advances by a second with every look.
private final class Ticks: @unchecked Sendable {
    private let lock = NSLock()
    private var time = Fixtures.now

    func next() -> UInt64 {
        lock.withLock {
            time += 1000
            return time
        }
    }
}
