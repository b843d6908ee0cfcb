import GrowthWorkloads
import Testing

/// What `Tools/rig linear` counts is work that is done.
@Suite struct GrowthTests {
    @Test(arguments: GrowthWorkload.all.map(\.name)) func isTaken(_ name: String) throws {
        let workload = try #require(GrowthWorkload.all.first { $0.name == name })
        for size in [3, 40] {
            let work = try workload.prepare(size)
            #expect(work(), "\(name), \(size)")
        }
    }
}
