import GrowthWorkloads

/// Runs one workload once, so that callgrind counts the instructions of `measured` alone.
///
/// ```
/// growth --list                          names, with the largest size of each
/// growth WORKLOAD SIZE
/// ```
@main struct Growth {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 2, arguments[1] == "--list" {
            for workload in GrowthWorkload.all { print(workload.name, workload.limit) }
            return
        }
        guard arguments.count == 3, let size = Int(arguments[2]), size > 0,
            let workload = GrowthWorkload.all.first(where: { $0.name == arguments[1] })
        else { fatalError("usage: growth --list | WORKLOAD SIZE") }
        work = try workload.prepare(size)
        measured()
        guard wasTaken else { fatalError("the input was refused") }
    }
}

nonisolated(unsafe) private var work: () -> Bool = { false }
nonisolated(unsafe) private var wasTaken = false

@c @inline(never) func measured() {
    wasTaken = work()
}
