import DSP
import Diagnostics
import Processors
import Quantities
import RenderPlan
import SessionModel

/// The part of a render that `--range` keeps, and how much has to be rendered for it.
///
/// The samples are those of the full render, bit for bit. So all that reaches into them is rendered too: what
/// the processors remember, and, where a loudness is searched or a limiter works, the whole song.
struct RangeSlice {
  /// Frames of the song, from its `start`, that are kept.
  var kept: Range<Int>
  /// Frames of the song that go through the master.
  var mastered: Range<Int>
  /// Why more than the range was rendered; `nil` when little was.
  var reason: String?

  /// The frames of a text like `verse..chorus + 2 bars`, on the time line.
  static func frames(_ text: String, _ timeline: Timeline) throws(RangeProblem) -> Range<Int> {
    guard let dots = text.firstRange(of: "..") else {
      throw RangeProblem(
        message: "\(quoted(text)) is no range", hint: "write two places, like `17|1..25|1` or `verse..1:10`")
    }
    func frame(_ part: Substring) throws(RangeProblem) -> Int {
      let place = part.split(separator: " ").joined(separator: " ")
      let position: Position
      do throws(QuantityError) { position = try Position(parsing: place) } catch {
        throw RangeProblem(message: error.message, hint: error.suggestions.first.map { "write `\($0)`" })
      }
      switch timeline.checkedFrame(position) {
      case .success(let frame): return frame
      case .failure(let problem): throw RangeProblem(message: problem.message, hint: problem.hints.first)
      }
    }
    let first = try frame(text[..<dots.lowerBound]), end = try frame(text[dots.upperBound...])
    guard first < end else { throw RangeProblem(message: "the range \(quoted(text)) ends before it begins", hint: nil) }
    return first..<end
  }

  /// What has to be rendered of `plan` for the frames `wanted` of the time line.
  init(
    _ wanted: Range<Int>, of plan: RenderPlan, _ masters: [Master], usesShapedDither: Bool, isResampled: Bool
  ) throws(RangeProblem) {
    let limit = plan.length.frameLimit
    let sure = if case .untilSilent(let atLeast, _) = plan.length { atLeast } else { limit }
    kept = (wanted.lowerBound - plan.startFrame..<wanted.upperBound - plan.startFrame).clamped(to: 0..<limit)
    guard !kept.isEmpty else {
      throw RangeProblem(message: "the range lies outside the song", hint: "the song has \(limit) frames")
    }
    mastered = 0..<limit
    if masters.contains(where: { $0.loudness != nil }) {
      reason = "its master gain comes from the loudness of all of it"
    } else if masters.contains(where: { $0.limiter != nil || $0.clipper != nil }) {
      reason = "the limiter of its master remembers what came before"
    } else if masters.contains(where: { $0.fadeIn != nil || $0.fadeOut != nil }) {
      reason = "its master fades"
    } else if isResampled {
      reason = "its files have another rate, which is made from all of it"
    } else if kept.upperBound > sure {
      reason = "where its tail ends is only known at the end"
    } else if usesShapedDither {
      mastered = 0..<kept.upperBound
      reason = "shaped dither remembers what came before"
    } else {
      // A second of silence decides whether dither rests.
      mastered = max(0, kept.lowerBound - Int(plan.sampleRate))..<kept.upperBound
      if plan.memoryFrames == nil { reason = "its processors remember all that came before" }
    }
  }

  /// The plan for what has to be rendered.
  func narrowed(_ plan: RenderPlan) -> RenderPlan {
    guard mastered.upperBound < plan.frameLimit || mastered.lowerBound > 0 else { return plan }
    var plan = plan
    let start = plan.startFrame + mastered.lowerBound
    plan.firstFrame = plan.memoryFrames.map { max(0, start - $0) } ?? 0
    plan.startFrame = start
    for index in plan.mixes.indices { plan.mixes[index].length = .fixed(mastered.count) }
    return plan
  }
}

/// Why a range cannot be rendered.
struct RangeProblem: Error {
  var message: String
  var hint: String?

  var diagnostic: Diagnostic { Diagnostic(.badRange, .error, message, hints: [hint].compactMap(\.self)) }
}
