// Says when what the page shows has changed, and that the console has stopped. It changes nothing by itself: a reason that is half
// written must not be lost.
const { pulse, stamp } = document.body.dataset
const notice = document.getElementById('pulse')

function say(text) {
  notice.textContent = text
  notice.hidden = false
}

if (pulse !== undefined) {
  const timer = setInterval(async () => {
    if (document.hidden) return
    try {
      const answer = await fetch(pulse, { cache: 'no-store' })
      if (!answer.ok || (await answer.text()) === stamp) return
      clearInterval(timer)
      const again = document.createElement('a')
      again.href = location.href
      again.textContent = 'Show it as it is now.'
      say('Something has changed since this was shown. ')
      notice.append(again)
    } catch {
      say('The console does not answer any more: it was ended, or this machine slept.')
    }
  }, 5000)
}
