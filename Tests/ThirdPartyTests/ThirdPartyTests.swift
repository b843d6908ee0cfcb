import Foundation
import TestSupport
import Testing
import TransparencyLog

@Suite(.enabled(if: Checker.go.isAvailable, "\(Checker.go.reason)"))
struct GoCheckerTests {
    @Test func aLogIsVerified() throws { try Checker.go.verifyALog() }

    @Test(arguments: Damage.all)
    func aDamagedLogIsRefused(damage: Damage) throws {
        try Checker.go.refuse(damage)
    }

    @Test func anotherKeyVerifiesNothing() throws { try Checker.go.refuseAnotherKey() }
}

@Suite(.enabled(if: Checker.pymerkle.isAvailable, "\(Checker.pymerkle.reason)"))
struct PymerkleCheckerTests {
    @Test func aLogIsVerified() throws { try Checker.pymerkle.verifyALog() }

    @Test(arguments: Damage.all.filter { $0.complaints[.pymerkle] != nil })
    func aDamagedLogIsRefused(damage: Damage) throws {
        try Checker.pymerkle.refuse(damage)
    }

    @Test func anotherKeyVerifiesNothing() throws { try Checker.pymerkle.refuseAnotherKey() }
}

extension Checker {
    private static let key = ExportedLog.key.verifier.text

    /// A log that grew in steps, with tiles of three levels.
    fileprivate func verifyALog() throws {
        try withTemporaryDirectory { directory in
            var log = ExportedLog(in: directory, size: 65_800)
            for size: UInt64 in [1, 2, 255, 256, 257, 1000, 65_536, 65_800] {
                try log.grow(to: size)
            }
            let indexes: [UInt64] = [0, 1, 255, 256, 999, 65_535, 65_536, 65_799]
            try log.prove(indexes)
            let verdict = try check(directory, key: Self.key)
            #expect(verdict.status == 0, "\(verdict.error)")
            #expect(verdict.counts["entries"] == 65_800)
            #expect(verdict.counts["tlog-proof"] == indexes.count)
            #expect(verdict.counts["add-checkpoint"] == 7)
            #expect(verdict.counts["checkpoint"] == 8)
            let tiles = Array(TileSequence(ofTreeOf: 65_800)).count
            #expect(verdict.counts["tiles", default: 0] >= tiles)
        }
    }

    /// A directory that is verified, and no longer once it was damaged.
    fileprivate func refuse(_ damage: Damage) throws {
        try withTemporaryDirectory { directory in
            var log = ExportedLog(in: directory, size: 600)
            try log.grow(to: 300)
            try log.grow(to: 600)
            try log.prove([0, 299, 599])
            let sound = try check(directory, key: Self.key)
            #expect(sound.status == 0, "\(sound.error)")

            let file = directory.appending(path: damage.file)
            let before = Array(try Data(contentsOf: file))
            var bytes = before
            damage.change(&bytes)
            try #require(bytes != before)
            try Data(bytes).write(to: file)
            let verdict = try check(directory, key: Self.key)
            #expect(verdict.status == 1)
            #expect(verdict.counts.isEmpty)
            let complaint = try #require(damage.complaints[self])
            #expect(verdict.error.contains(complaint), "\(verdict.error)")
        }
    }

    fileprivate func refuseAnotherKey() throws {
        try withTemporaryDirectory { directory in
            var log = ExportedLog(in: directory, size: 3)
            try log.grow(to: 3)
            #expect(try check(directory, key: Self.key).status == 0)
            let other = try #require(
                try SignerKey(
                    name: ExportedLog.key.verifier.name, type: .ed25519, seed: .zero))
            #expect(try check(directory, key: other.verifier.text).status == 1)
        }
    }
}
