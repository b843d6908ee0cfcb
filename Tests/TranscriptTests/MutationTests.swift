import Foundation
import MLSMessages
import MLSPublicGroup
import PresentationLanguage
import RoomState
import TestSupport
import Testing
import Transcript

/// Damaged inputs: each is refused, or differs from a valid one only where no hub can see it.
///
/// `MUTATIONS` says how many, `SEED` which.
@Suite struct MutationTests {
    private let count: Int
    private let seed: UInt64

    init() {
        let environment = ProcessInfo.processInfo.environment
        count = environment["MUTATIONS"].flatMap { Int($0) } ?? 100_000
        seed = environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
    }

    @Test func damagedMessagesAreRefused() throws {
        print("\(count) mutations with SEED=\(seed)")
        var random = SplitMix64(state: seed)
        let moments = try Self.moments()
        #expect(moments.count > 10)
        var tally = (refused: 0, unseen: 0)
        while tally.refused + tally.unseen < count {
            let moment = moments.randomElement(using: &random)!
            let damaged = moment.input.damaged(using: &random)
            if damaged == moment.input { continue }
            switch moment.state.decide(damaged, now: ForgedGroup.now, .plain) {
            case .rejected:
                tally.refused += 1
            case .accepted:
                tally.unseen += 1
                #expect(
                    damaged.visible == moment.input.visible,
                    "accepted: \(hex(damaged.encoded)) (SEED=\(seed))")
            }
        }
        print("\(tally.refused) refused, \(tally.unseen) differ only unseen")
        #expect(tally.refused > count / 2)
    }

    /// Inputs that a group accepts, each with the group's state before it.
    private struct Moment {
        let state: RoomState
        let input: GroupHandshake
    }

    private static func moments() throws -> [Moment] {
        var files = try Fixtures.transcripts
        if SharedInputs.transcripts.exist { files += try SharedInputs.transcripts.files }
        var moments: [Moment] = []
        for file in files {
            for scenario in try TranscriptFile(json: Data(contentsOf: file)).scenarios {
                var follower = Follower(now: ForgedGroup.now)
                _ = try follower.start(scenario)
                for step in scenario.steps {
                    guard let state = follower.state else { break }
                    let outcome = try follower.take(step)
                    if case .accepted = outcome.decision {
                        moments.append(Moment(state: state, input: Follower.input(step)))
                    }
                }
            }
        }
        return moments
    }
}

extension GroupHandshake {
    /// This input with one of its parts damaged.
    fileprivate func damaged(using random: inout SplitMix64) -> GroupHandshake {
        let parts: [WritableKeyPath<Parts, [UInt8]?>] = [
            \.message, \.message, \.message, \.welcome, \.groupInfo, \.tree,
        ]
        var copy = Parts(message: message, welcome: welcome, groupInfo: groupInfo, tree: tree)
        let part = parts.randomElement(using: &random)!
        guard var bytes = copy[keyPath: part] else { return self }
        for _ in 0..<Int.random(in: 1...3, using: &random) { bytes.damage(using: &random) }
        copy[keyPath: part] = bytes
        return GroupHandshake(
            message: copy.message ?? [], welcome: copy.welcome, groupInfo: copy.groupInfo,
            tree: copy.tree)
    }

    private struct Parts {
        var message: [UInt8]?
        var welcome: [UInt8]?
        var groupInfo: [UInt8]?
        var tree: [UInt8]?
    }

    /// What of a valid input a hub can check: without the values of the tags, and of the Welcome
    /// only for whom it is.
    fileprivate var visible: GroupHandshake {
        var message = self.message
        if case .publicMessage(var content)? = try? MLSMessage(parsing: message) {
            content.membershipTag = content.membershipTag.map { _ in [] }
            // The GroupInfo repeats the confirmation tag, so that it is seen where there is one.
            if groupInfo == nil { content.auth.confirmationTag = [] }
            message = content.encoded
        }
        var recipients: [UInt8]?
        if let welcome, case .welcome(let welcome)? = try? MLSMessage(parsing: welcome) {
            recipients = welcome.secrets.map(\.newMember).sorted {
                $0.lexicographicallyPrecedes($1)
            }
            .flatMap { $0 }
        }
        return GroupHandshake(
            message: message, welcome: recipients, groupInfo: groupInfo, tree: tree)
    }
}

extension [UInt8] {
    fileprivate mutating func damage(using random: inout SplitMix64) {
        guard let place = indices.randomElement(using: &random) else { return append(0) }
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1, 2: self[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 3: self[place] = UInt8.random(in: 0...255, using: &random)
        case 4: removeSubrange(place...)
        case 5: insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 6: remove(at: place)
        default:
            let other = indices.randomElement(using: &random)!
            let length = Swift.min(count - Swift.max(place, other), 32)
            replaceSubrange(place..<place + length, with: Array(self[other..<other + length]))
        }
    }
}
