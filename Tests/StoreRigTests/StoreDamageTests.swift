import StoreRig
import TestSupport
import Testing

/// The judgement refuses what no crash may leave, and nothing else.
@Suite struct StoreDamageTests {
    @Test func everyDamageIsFound() async throws {
        try await withStorePath { try await checkAll(at: $0) }
    }

    private func checkAll(at store: String) async throws {
        let workload = try Workload(rooms: 2, records: 24, seed: 1)
        try await workload.run(at: store) { _ in }
        let promises = try Promises(whatHolds: store)
        let reference = try Reference(of: store)
        #expect(promises.records == 24)
        #expect(promises.signed > 0)
        for damage in StoreDamage.allCases {
            let copy = "\(store)-\(damage.rawValue)"
            try await damage.apply(toCopyOf: store, at: copy)
            var finding: RigFinding?
            do throws(RigFinding) {
                try await StoreJudgement(workload).replay(
                    copy, promises, comparedWith: reference)
            } catch {
                finding = error
            }
            #expect(
                (finding == nil) == (damage == .nothing),
                "\(damage): \(String(describing: finding))")
        }
    }
}
