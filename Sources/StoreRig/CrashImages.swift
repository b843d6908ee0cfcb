import EventLog
import Glibc
import LMDBStore

/// What a power cut may leave at every place of a trace, each image opened by the store's own code.
///
/// Every image is opened, its pages are checked and its head is read. What is on the pages in use is replayed as
/// a whole where it was not seen before, and of one image in many again.
package struct CrashImages {
    package struct Counts: Sendable {
        /// Operations of the trace, and its places where something waits or was just promised.
        package var operations = 0
        package var places = 0
        /// Images that are unlike each other; of them, the plainest, and those of a list of all that is likely.
        package var images = 0
        package var plain = 0
        package var thorough = 0
        /// Of them: without a store, which none of them had to have.
        package var withoutStore = 0
        /// Of them: torn, with lost growth, and with other names than the last ones.
        package var torn = 0
        package var grownOtherwise = 0
        package var otherNames = 0
        /// Contents of pages in use that are unlike each other, and replays of a whole store.
        package var contents = 0
        package var replays = 0
        package var findings = 0
    }

    /// A state that the machine may stop in.
    private struct Place {
        let number: Int
        let disk: Disk
        let promises: Promises
    }

    private let trace: Trace
    private let judgement: StoreJudgement
    private let reference: Reference
    private let seed: UInt64
    /// Which of the images are this run's: those whose hash is `index` modulo `count`.
    private let share: (index: UInt64, count: UInt64)
    private let target: Int
    private let work: WorkDirectory
    private let keep: String
    private let report: (String) -> Void
    private var counts = Counts()
    /// What was found of an image: how many records it has; -1 for no store, -2 for a finding.
    private var seen: [UInt64: Int] = [:]
    private var contents = Set<UInt64>()
    private var isClear = true

    private static let mostFindings = 20
    /// Of so many images one is replayed as a whole, whatever is on its pages.
    private static let replayed: UInt64 = 256

    /// `store` is below the root of the trace. Images of which something is found are kept below `keep`.
    package init(
        _ trace: Trace, _ workload: Workload, comparedWith reference: Reference, seed: UInt64,
        target: Int, share: (index: UInt64, count: UInt64), work: WorkDirectory, keep: String,
        report: @escaping (String) -> Void
    ) {
        self.trace = trace
        judgement = StoreJudgement(workload)
        self.reference = reference
        self.seed = seed
        self.target = target
        self.share = share
        self.work = work
        self.keep = keep
        self.report = report
    }

    package static let store = "store"

    /// Judges images until there are enough, or too much was found: the plainest of every place, then a few
    /// more of every place in turn, so that none is left out whatever the target is.
    package mutating func run() async throws -> Counts {
        counts.operations = trace.operations.count
        counts.places = try await everyPlace { (self, place) in
            for plan in ImagePlan.plain(place.disk.writes, names: place.disk.namesWaiting) {
                try await self.judge(plan, at: place)
            }
        }
        counts.plain = counts.images
        for pass in 0..<Self.passes where !isDone {
            _ = try await everyPlace { (self, place) in
                let plans = ImagePlan.thorough(
                    place.disk.writes, names: place.disk.namesWaiting)
                for number in stride(from: pass, to: plans.count, by: Self.passes) {
                    try await self.judge(plans[number], at: place)
                }
            }
        }
        counts.thorough = counts.images - counts.plain
        var round: UInt64 = 0
        while !isDone {
            let before = counts.images
            round += 1
            _ = try await everyPlace { [seed] (self, place) in
                var generator = SeededGenerator(
                    seed: SeededGenerator.mix(seed &+ round << 32) &+ UInt64(place.number))
                let (writes, names) = (place.disk.writes, place.disk.namesWaiting)
                for _ in 0..<Self.randomPlans {
                    try await self.judge(.random(writes, names: names, &generator), at: place)
                }
            }
            if counts.images == before { break }
        }
        return counts
    }

    private static let passes = 64
    private static let randomPlans = 16

    private var isDone: Bool {
        counts.images >= target || counts.findings >= Self.mostFindings
    }

    /// Calls `body` with every state on the way; returns how many there are.
    private mutating func everyPlace(
        _ body: (inout CrashImages, Place) async throws -> Void
    ) async throws -> Int {
        var disk = Disk()
        var promises = Promises()
        var number = 0
        for operation in trace.operations where !isDone {
            if case .mark(let mark) = operation { promises.add(mark) }
            try disk.apply(operation)
            try await body(&self, Place(number: number, disk: disk, promises: promises))
            number += 1
            if case .write(_, _, _, isSynchronous: true) = operation {
                disk.settleLastWrite()
                try await body(&self, Place(number: number, disk: disk, promises: promises))
                number += 1
            }
        }
        return number
    }

    // MARK: One image

    private mutating func judge(_ plan: ImagePlan, at place: Place) async throws {
        guard !isDone else { return }
        let image = place.disk.image(plan)
        let hash = image.hash
        guard hash % share.count == share.index else { return }
        do throws(RigFinding) {
            if let known = seen[hash] {
                // The image is known; what was promised by now may be more.
                guard known > -2 else { return }
                return try judgement.check(
                    known < 0 ? nil : UInt64(known), against: place.promises)
            }
            seen[hash] = -2
            counts.images += 1
            count(plan, at: place)
            let records = try await open(image, hash, place.promises)
            seen[hash] = records.map(Int.init) ?? -1
            if records == nil { counts.withoutStore += 1 }
        } catch {
            try found(error, plan, image, hash, at: place)
        }
    }

    private mutating func count(_ plan: ImagePlan, at place: Place) {
        if plan.parts.contains(where: { $0 != .none && $0 != .all }) { counts.torn += 1 }
        if plan.growth != .asWritten { counts.grownOtherwise += 1 }
        if plan.names < place.disk.namesWaiting { counts.otherNames += 1 }
    }

    private mutating func open(
        _ image: DiskImage, _ hash: UInt64, _ promises: Promises
    ) async throws(RigFinding) -> UInt64? {
        let store = "\(work.path)/\(Self.store)"
        do {
            try work.clear()
            try image.write(to: work.path)
        } catch {
            throw RigFinding("the image can't be written: \(error)")
        }
        let content = try contentHash(of: image, at: store)
        let records = try judgement.open(store)
        try judgement.check(records, against: promises)
        let isNew = contents.insert(content).inserted
        guard isNew || hash / share.count % Self.replayed == 0 else { return records }
        if isNew { counts.contents += 1 }
        counts.replays += 1
        try await judgement.replay(store, promises, comparedWith: reference)
        return records
    }

    /// Of the pages that a store has in use, which must be sound.
    private func contentHash(of image: DiskImage, at store: String) throws(RigFinding) -> UInt64 {
        var hash = ContentHash()
        guard let bytes = image.bytes(of: "\(Self.store)/\(Environment.dataFile)") else {
            return hash.value
        }
        var pages = Set<UInt64>()
        let check: PageCheck
        do throws(StoreError) {
            check = try PageCheck(at: store) { region in
                for page in region.bytes.lowerBound >> 12...(region.bytes.upperBound - 1) >> 12 {
                    pages.insert(page)
                }
            }
        } catch {
            throw RigFinding("the pages can't be read: \(error)")
        }
        if let finding = check.findings.first {
            throw RigFinding("\(check.findingCount) pages are wrong: \(finding)")
        }
        hash.add(check.statistics.transaction)
        for page in pages.subtracting([0, 1]).sorted() {
            let start = Int(page) << 12
            guard start < bytes.count else { continue }
            hash.add(page)
            hash.add(bytes, start..<min(start + 4096, bytes.count))
        }
        return hash.value
    }

    private mutating func found(
        _ finding: RigFinding, _ plan: ImagePlan, _ image: DiskImage, _ hash: UInt64,
        at place: Place
    ) throws {
        seen[hash] = -2
        counts.findings += 1
        let kept = try WorkDirectory("\(keep)/image-\(counts.findings)")
        try image.write(to: kept.path)
        report(
            "FOUND \(finding) at place \(place.number), promised \(place.promises), plan \(plan), "
                + "kept in \(kept.path)")
    }
}
