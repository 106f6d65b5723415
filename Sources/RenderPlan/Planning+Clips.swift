public import DSP
import Processors
import Quantities
public import SessionModel
import Tables

// Clips from places and times to frames.

extension Planner {
  private var rate: Int { Int(context.sampleRate) }

  private func stem(_ name: String, _ clip: SessionModel.Clip, of track: Track, _ id: String) -> RenderPlan.Stem? {
    guard let file = stems["\(id).\(name)"] else { return nil }
    let picked = (clip.channels ?? track.channels)?.map(\.value)
    return RenderPlan.Stem(
      path: file.path, channels: picked, fileRate: file.sampleRate, sessionRate: rate,
      isMono: (picked?.count ?? file.channelCount) == 1)
  }

  /// Whether all that plays on a track is mono.
  func isMono(_ id: String, _ track: Track) -> Bool {
    track.clips.filter { !$0.value.mute }.allSatisfy { name, clip in
      stem(name, clip, of: track, id)?.isMono ?? true
    }
  }

  /// A clip in frames; `nil` when it makes no sound.
  func planned(
    _ clip: SessionModel.Clip, _ name: String, of track: Track, _ id: String, trackIsMono: Bool
  ) -> RenderPlan.Clip? {
    guard !clip.mute, let stem = stem(name, clip, of: track, id) else { return nil }
    let region = region(of: clip, name, id)
    let start = start(of: clip, track)
    let length = length(of: clip, region, untilFrame: songEnd, start: start)
    guard length > 0, !region.isEmpty else { return nil }
    var gain = Maths.amplitude(decibels: clip.gain.magnitude)
    if stem.isMono, !trackIsMono { gain *= law(track.strip).gains(at: 0).x }
    return RenderPlan.Clip(
      id: name, stem: stem, start: start, length: length, region: region, isReversed: clip.reverse, gain: gain,
      fadeIn: fade(clip.fadeIn, length) { timeline.frames($0, from: clip.at) },
      fadeOut: fade(clip.fadeOut, length) { timeline.frames($0, before: start + length) })
  }

  private func start(of clip: SessionModel.Clip, _ track: Track) -> Int {
    timeline.frame(clip.at) + timeline.frames(track.strip.delay)
  }

  /// The part of the stem that is taken.
  private func region(of clip: SessionModel.Clip, _ name: String, _ id: String) -> Range<Int> {
    let whole = stems["\(id).\(name)"]?.frameCount(at: rate) ?? 0
    let from = min(whole, timeline.frames(clip.from))
    var end = min(whole, clip.to.map { timeline.frames($0) } ?? whole)
    if clip.loop != .fill, let length = clip.length { end = min(end, from + timeline.frames(length, from: clip.at)) }
    return from..<max(from, end)
  }

  private func length(
    of clip: SessionModel.Clip, _ region: Range<Int>, untilFrame songEnd: Int, start: Int
  ) -> Int {
    switch clip.loop {
    case .times(let count): region.count * count
    case .fill: clip.length.map { timeline.frames($0, from: clip.at) } ?? songEnd - start
    }
  }

  private func fade(_ fade: SessionModel.Fade?, _ length: Int, _ frames: (TimeSpan) -> Int) -> DSP.Fade {
    guard let fade else { return DSP.Fade(.linear, length: 0) }
    return DSP.Fade(fade.curve.dsp, length: min(length, frames(fade.span)))
  }

  /// Where the song ends by itself: its `length`, or the end of the last clip, muted ones included; loops that
  /// fill what there is do not count.
  func ownEnd() -> Int {
    if let length = session.length { return timeline.frame(length) }
    var end = 0, filling = 0
    for (id, track) in session.tracks {
      for (name, clip) in track.clips {
        let region = region(of: clip, name, id), start = start(of: clip, track)
        if clip.loop == .fill, clip.length == nil {
          filling = max(filling, start + region.count)
        } else {
          end = max(end, start + length(of: clip, region, untilFrame: 0, start: start))
        }
      }
    }
    return end > 0 ? end : filling
  }
}

extension SessionModel.Fade.Curve {
  public var dsp: FadeCurve {
    switch self {
    case .linear: .linear
    case .smooth: .smooth
    case .exponential: .exponential
    case .equalPower: .equalPower
    }
  }
}
