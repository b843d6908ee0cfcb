import Foundation
import MLSCrypto
import TestSupport
import Testing

/// Members and the one outside agree, whatever happens. `SEED` and `EPOCHS` set which run it is.
@Suite struct RandomRunTests {
    private static func number(_ name: String, _ otherwise: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? otherwise
    }

    @Test(arguments: [CipherSuite.x25519Aes128, .p256Aes128, .p521Aes256])
    func membersAgree(_ suite: CipherSuite) throws {
        let seed = Self.number("SEED", UInt64.random(in: 0...UInt64.max))
        let epochs = Self.number("EPOCHS", 500)
        var world = try World(suite, seed: seed)
        var sizes = Set<Int>()
        do {
            while world.outside.group.context.epoch < epochs {
                let targets = [60, 8, 25, 2]
                let phase = Int(world.outside.group.context.epoch) / 30 % targets.count
                // First the largest size, however long it takes.
                let target = sizes.contains { $0 >= 58 } ? targets[phase] : 60
                for _ in 0..<world.roll(4) where world.members.count < 55 { try world.propose() }
                if world.members.count < 55, world.roll(6) == 0 {
                    try world.externalCommit()
                } else {
                    try world.commit(towards: target)
                }
                sizes.insert(world.members.count)
            }
        } catch {
            Issue.record("SEED=\(seed), epoch \(world.outside.group.context.epoch): \(error)")
        }
        let range = "\(sizes.min() ?? 0) to \(sizes.max() ?? 0) members"
        print("suite \(suite.rawValue), SEED=\(seed): \(range), \(world.counts)")
        for what in [
            "add by reference", "update by reference", "remove by reference",
            "self_remove by reference", "psk by reference", "app_data_update by reference",
            "add inline", "remove inline", "psk inline", "resumption psk",
            "group_context_extensions inline", "commit without path", "external join", "resync",
        ] where epochs >= 500 {
            #expect(world.counts[what, default: 0] > 0, "\(what): SEED=\(seed)")
        }
        if epochs >= 500 {
            #expect(sizes.contains { $0 <= 5 } && sizes.contains { $0 >= 58 }, "\(range)")
        }
    }
}
