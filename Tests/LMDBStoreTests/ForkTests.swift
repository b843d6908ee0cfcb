import Foundation
import LMDBStore
import Testing

@Suite struct ForkTests {
    private let place = TemporaryPlace()

    /// Swift hides fork(2), but a host process may call it.
    private var fork: (@convention(c) () -> pid_t)? {
        dlsym(nil, "fork").map { unsafeBitCast($0, to: (@convention(c) () -> pid_t).self) }
    }

    @Test func aForkedChildIsRefused() async throws {
        let environment = try place.create()
        let fork = try #require(self.fork)
        let table = try environment.table("rows")
        let child = fork()
        if child == 0 {
            do {
                try environment.read { (transaction) throws(StoreError) in
                    _ = try transaction.get([0], in: table)
                }
                _exit(1)
            } catch {
                _exit(error.reason == .forked ? 0 : 2)
            }
        }
        var status: Int32 = -1
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        #expect(status == 0)
        #expect(try environment.get([0]) == [1])
    }
}
