/// What of all that waits for a sync survives a crash.
package struct ImagePlan: Hashable, Sendable {
    /// What is there of a write: sectors, which are never torn themselves.
    package enum Part: Hashable, Sendable {
        case none
        case all
        case first(Int)
        case last(Int)
        /// Each or not, by the bits that follow from a number.
        case some(UInt64)

        func contains(_ sector: Int, of count: Int) -> Bool {
            switch self {
            case .none: false
            case .all: true
            case .first(let number): sector < number
            case .last(let number): sector >= count - number
            case .some(let seed): SeededGenerator.mix(seed &+ UInt64(sector)) & 1 == 1
            }
        }
    }

    /// What becomes of a file's growth.
    package enum Growth: CaseIterable, Sendable {
        /// The file ends with the last byte that is there.
        case asWritten
        /// The file is as long as it was to be; zeros are where no data is.
        case withoutData
        /// The file is as long as on the disk before.
        case lost
    }

    var parts: [Part]
    /// How many of the changes of names.
    var names: Int
    var growth = Growth.asWritten

    package init(parts: [Part], names: Int, growth: Growth = .asWritten) {
        self.parts = parts
        self.names = names
        self.growth = growth
    }

    /// Writes above this many are not combined with each other in every way.
    private static let mostForSubsets = 6

    /// The plainest plans for a state in which so many writes and names wait: nothing and all, with each number
    /// of names and each growth; all but one write, and only one.
    static func plain(_ writes: [Disk.Write], names: Int) -> [ImagePlan] {
        let (none, all) = uniform(writes)
        var plans = (0...names).flatMap { number in
            [ImagePlan(parts: none, names: number), ImagePlan(parts: all, names: number)]
        }
        for growth in Growth.allCases where growth != .asWritten {
            plans.append(ImagePlan(parts: none, names: names, growth: growth))
            plans.append(ImagePlan(parts: all, names: names, growth: growth))
        }
        for place in writes.indices {
            plans.append(ImagePlan(parts: all, names: names).with(.none, at: place))
            plans.append(ImagePlan(parts: none, names: names).with(.all, at: place))
        }
        return plans
    }

    /// Every write torn at every sector, beside all others and alone; every subset of a few writes; all but one,
    /// with other growth.
    package static func thorough(_ writes: [Disk.Write], names: Int) -> [ImagePlan] {
        let (none, all) = uniform(writes)
        var plans: [ImagePlan] = []
        for place in writes.indices {
            for sector in 1..<max(min(writes[place].sectors, 64), 1) {
                for base in [none, all] {
                    let plan = ImagePlan(parts: base, names: names)
                    plans += [
                        plan.with(.first(sector), at: place), plan.with(.last(sector), at: place),
                    ]
                }
            }
            for growth in Growth.allCases where growth != .asWritten {
                plans.append(
                    ImagePlan(parts: all, names: names, growth: growth).with(.none, at: place))
            }
        }
        guard writes.count <= mostForSubsets else { return plans }
        for bits in 0..<1 << writes.count {
            let parts = writes.indices.map { bits >> $0 & 1 == 1 ? Part.all : .none }
            plans.append(ImagePlan(parts: parts, names: names))
        }
        return plans
    }

    private static func uniform(_ writes: [Disk.Write]) -> (none: [Part], all: [Part]) {
        (writes.map { _ in .none }, writes.map { _ in .all })
    }

    private func with(_ part: Part, at place: Int) -> ImagePlan {
        var plan = self
        plan.parts[place] = part
        return plan
    }

    /// One of all plans.
    static func random(
        _ writes: [Disk.Write], names: Int, _ generator: inout SeededGenerator
    ) -> ImagePlan {
        let inclination = Int.random(in: 0...4, using: &generator)
        let parts = writes.map { write -> Part in
            switch Int.random(in: 0...4, using: &generator) {
            case 0: return .first(Int.random(in: 0...write.sectors, using: &generator))
            case 1: return .some(generator.next())
            default:
                return Int.random(in: 0...4, using: &generator) < inclination ? .all : .none
            }
        }
        return ImagePlan(
            parts: parts, names: Int.random(in: 0...names, using: &generator),
            growth: Growth.allCases.randomElement(using: &generator) ?? .asWritten)
    }
}
