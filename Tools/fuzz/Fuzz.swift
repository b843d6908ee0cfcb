import Foundation
import FuzzTargets
import PresentationLanguage

/// Runs one target under libFuzzer, which links only with `-sanitize=fuzzer,address`.
///
/// ```
/// fuzz TARGET --seeds DIRECTORY          writes the seeds and the kept inputs
/// fuzz TARGET --pack DIRECTORY FILE      makes one file of inputs
/// fuzz TARGET --mutate COUNT SEED DIRECTORY FINDINGS
///                                        runs seeded mutations of the inputs of a directory
/// fuzz TARGET …                          libFuzzer's own arguments
/// fuzz --list                            the names of the targets
/// ```
@main struct Fuzz {
    static func main() throws {
        let arguments = CommandLine.arguments
        if arguments.count == 2, arguments[1] == "--list" {
            for target in FuzzTarget.all { print(target.name) }
            return
        }
        guard arguments.count > 2,
            let target = FuzzTarget.all.first(where: { $0.name == arguments[1] })
        else {
            print("usage: fuzz TARGET --seeds DIRECTORY | --pack DIRECTORY FILE | LIBFUZZER…")
            exit(2)
        }
        switch arguments[2] {
        case "--seeds": try writeSeeds(of: target, to: arguments[3])
        case "--pack": try pack(arguments[3], into: arguments[4])
        case "--mutate":
            guard arguments.count == 7, let count = Int(arguments[3]),
                let seed = UInt64(arguments[4])
            else { exit(2) }
            try mutate(target, count, seed, inputs(in: arguments[5]), findings: arguments[6])
        default: try run(target, Array(arguments.dropFirst(2)))
        }
    }

    private static func writeSeeds(of target: FuzzTarget, to directory: String) throws {
        var inputs = try target.seeds()
        let kept = "Tests/Fixtures/fuzz/\(target.name).corpus"
        if let data = FileManager.default.contents(atPath: kept) {
            inputs += try FuzzCorpus(parsing: Array(data)).inputs
        }
        for (number, input) in inputs.enumerated() {
            try Data(input).write(to: URL(filePath: "\(directory)/seed-\(number)"))
        }
    }

    private static func inputs(in directory: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted().map {
            Array(try Data(contentsOf: URL(filePath: "\(directory)/\($0)")))
        }
    }

    private static func pack(_ directory: String, into file: String) throws {
        try Data(FuzzCorpus(inputs(in: directory)).encoded).write(to: URL(filePath: file))
    }

    /// Without libFuzzer, whose counting takes longer than a decoder does.
    private static func mutate(
        _ target: FuzzTarget, _ count: Int, _ seed: UInt64, _ inputs: [[UInt8]], findings: String
    ) throws {
        try prepare(target)
        // Long inputs take the time of many short ones, and libFuzzer has tried them.
        let inputs = inputs.filter { $0.count <= 4096 }
        var mutation = Mutation(seed: seed)
        for round in 0..<count {
            let other = inputs[Int(mutation.next() % UInt64(inputs.count))]
            let input = mutation.mutated(inputs[round % inputs.count], other)
            guard let finding = finding(input) else { continue }
            try Data(input).write(to: URL(filePath: "\(findings)/mutation-\(seed)-\(round)"))
            report(finding)
        }
    }

    private static func prepare(_ target: FuzzTarget) throws {
        // What a target makes once is no input's memory.
        for seed in try target.seeds() { _ = try target.run(seed) }
        fuzzed = target
        _ = installHooks(countAllocation, countRelease)
        atexit { print("accepted: \(acceptedCount) of \(runCount) inputs") }
    }

    private static func run(_ target: FuzzTarget, _ arguments: [String]) throws {
        try prepare(target)
        var pointers = (CommandLine.arguments.prefix(1) + arguments).map { strdup($0) } + [nil]
        var count = Int32(pointers.count - 1)
        exit(
            pointers.withUnsafeMutableBufferPointer { buffer in
                var start = buffer.baseAddress
                return fuzzerRunDriver(&count, &start) { bytes, size in
                    if let finding = finding(
                        Array(UnsafeRawBufferPointer(start: bytes, count: size)))
                    {
                        report(finding)
                    }
                    return 0
                }
            })
    }
}

nonisolated(unsafe) private var fuzzed: FuzzTarget?
nonisolated(unsafe) private var runCount = 0
nonisolated(unsafe) private var acceptedCount = 0

/// The promise that an input breaks, if it breaks one.
private func finding(_ input: [UInt8]) -> String? {
    guard let fuzzed else { return nil }
    runCount += 1
    let before = liveBytes
    peakBytes = before
    do {
        if try fuzzed.run(input) { acceptedCount += 1 }
    } catch {
        return "\(error)"
    }
    let used = peakBytes - before
    guard used > 64 * input.count + 16 << 20 else { return nil }
    return "\(used) bytes of memory for an input of \(input.count)"
}

/// Ends the run, so that libFuzzer keeps the input.
private func report(_ finding: String) -> Never {
    FileHandle.standardError.write(Data("FINDING: \(finding)\n".utf8))
    abort()
}

/// Bytes that are allocated, and the most of them since an input was taken.
nonisolated(unsafe) private var liveBytes = 0
nonisolated(unsafe) private var peakBytes = 0

private func countAllocation(_ pointer: UnsafeRawPointer?, _ size: Int) {
    liveBytes += size
    if liveBytes > peakBytes { peakBytes = liveBytes }
}

private func countRelease(_ pointer: UnsafeRawPointer?) {
    if let pointer { liveBytes -= allocatedSize(pointer) }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func fuzzerRunDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

@_silgen_name("__sanitizer_install_malloc_and_free_hooks")
private func installHooks(
    _ malloc: @convention(c) (UnsafeRawPointer?, Int) -> Void,
    _ free: @convention(c) (UnsafeRawPointer?) -> Void
) -> Int32

@_silgen_name("__sanitizer_get_allocated_size")
private func allocatedSize(_ pointer: UnsafeRawPointer) -> Int
